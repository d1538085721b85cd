// The command `species_counts`: the pipeline of that name, from its options to its output.
import { Destination } from "../destination";
import type { PipelineBuilder } from "../../runners";
import { runJob, type JobContext } from "../job";
import { onCluster, writeJar } from "../job_jar";
import { storageSettings, type CommonOptions } from "../options";
import { readOptions } from "../reading";
import { speciesCountsPipeline } from "../species_counts";

export async function run(given: CommonOptions): Promise<void> {
  const options = given.job_jar === undefined ? given : onCluster(given);
  const output = new Destination(options.output, process.stdout);
  const pipeline = (context: JobContext): PipelineBuilder =>
    speciesCountsPipeline({
      model: options.model_qualified_name,
      input: options.input,
      read: readOptions(options, context),
      extraFields: options.extra_fields,
      output: output.path,
      jobId: context.jobId,
      storage: storageSettings(options),
    });
  if (options.job_jar !== undefined) return writeJar(options, [output], pipeline);
  await runJob(options, [output], pipeline);
}
