// The package's front door: the prediction job, and with it models, transforms and runners.
export * from "../models";
export * from "../runners";
export * from "../transforms";
export { predictionPipeline, runPredictionJob, type PredictionJobOptions } from "./prediction_job";
export { speciesCountsPipeline, type SpeciesCountsOptions } from "./species_counts";
