// JSON files: one array of records, or values one after the other.
export { jsonInput } from "./reader";
