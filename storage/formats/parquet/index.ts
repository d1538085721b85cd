// Parquet, to read records from and to write predictions in.
export { parquetInput } from "./input";
export { parquetOutput } from "./output";
