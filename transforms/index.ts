// Beam transforms for predictions, over blocks of records: read, predict, distinct, write, and single elements.
export { fieldTypesOf, newJobId, outputLayout, type LayoutOptions, type StorageSettings } from "../storage";
export { asyncParDo, asyncParDoWithOutputs, type AsyncDoFn, type Elements, type Tagged } from "./async_pardo";
export { BytesCoder, jsonCoder } from "./blocks/coder";
export {
  OUTCOMES,
  predictionBlockCoder,
  type Outcome,
  type PredictionBlock,
} from "./blocks/prediction_block";
export { recordBlock, recordBlockCoder, type RecordBlock } from "./blocks/record_block";
export { distinct, distinctWithRiders, type DistinctOptions, type WithRiders } from "./distinct";
export { elements, type PredictionElement } from "./elements";
export { failureLine, failureSummary, type Failure, type FailureKind } from "./failure";
export { countsFromMetrics, total, type JobCounts } from "./job_counts";
export { parseMaxFailures, TooManyFailuresError, type MaxFailures } from "./max_failures";
export { predict, type Predicted, type PredictOptions } from "./predict";
export { readRecords, type ReadCounts, type ReadOptions, type RecordsRead } from "./read_records";
export {
  writeFailures,
  writeJsonLines,
  writeRecords,
  type Writable,
  type WritableFailures,
  type WriteOptions,
} from "./write_records";
export type { Part } from "./write/parts";
