// ParDo with DoFns that may await, and the operator that runs them.
export { asyncParDo, asyncParDoWithOutputs, type AsyncDoFn, type Elements, type Tagged } from "./async_dofn";
