// From the function that builds a pipeline to the pipeline itself, checked.
import "../sdk";
import { Pipeline } from "apache-beam/internal/pipeline";
import type { Pipeline as PipelineProto } from "apache-beam/proto/beam_runner_api";
import { Root } from "apache-beam/pvalue";
import { checkCode, explainBuildError } from "./code_check";
import type { PipelineBuilder } from "./runner";

/**
 * Builds a pipeline.
 * @throws CodeTravelError when a part of it can't travel to a worker
 */
export async function buildPipeline(builder: PipelineBuilder): Promise<PipelineProto> {
  const pipeline = new Pipeline();
  try {
    await builder(new Root(pipeline));
  } catch (error) {
    throw explainBuildError(error);
  }
  const proto = pipeline.getProto();
  checkCode(proto);
  return proto;
}
