// The command `predict`: the prediction job, from its options to its summary.
import { FLAT_FORMATS, guessOutputFormat, outputLayout } from "../../storage";
import type { PipelineBuilder } from "../../runners";
import { countsFromMetrics, type WriteOptions } from "../../transforms";
import { Destination, STANDARD_STREAM } from "../destination";
import { UsageError } from "../errors";
import { runJob, type JobContext } from "../job";
import { onCluster, writeJar } from "../job_jar";
import { errorsBeside, storageSettings, type PredictOptions } from "../options";
import { predictionPipeline } from "../prediction_job";
import { readOptions } from "../reading";
import { summarize, summaryText } from "../summary";

export async function run(given: PredictOptions): Promise<void> {
  const options = given.job_jar === undefined ? given : onCluster(given);
  const model = options.model_qualified_name;
  const output = new Destination(options.output, process.stdout);
  refuseWithoutEffect(options, output.isFolder);
  const errors = new Destination(
    options.errors ?? (output.isStream ? STANDARD_STREAM : errorsBeside(options.output)),
    process.stderr,
  );
  const pipeline = (context: JobContext): PipelineBuilder =>
    predictionPipeline({
      model,
      input: options.input,
      read: readOptions(options, context),
      extraFields: options.extra_fields,
      write: { ...writeOptions(options, context), output: output.path, errors: errors.path },
    });
  if (options.job_jar !== undefined) return writeJar(options, [errors, output], pipeline);
  const { metrics, seconds } = await runJob(options, [errors, output], pipeline);
  const names = { model, runner: options.runner, output: output.name, errors: errors.name };
  const summary = summarize(countsFromMetrics(metrics), names, seconds);
  if (options.summary === "json") {
    // Standard output is the records' when it is the output.
    const stream = output.name === STANDARD_STREAM ? process.stderr : process.stdout;
    stream.write(`${JSON.stringify(summary)}\n`);
  } else if (!options.quiet) {
    process.stderr.write(`${summaryText(summary)}\n`);
  }
}

/** Refuses options that would do nothing: whoever gives one expects that it does. */
function refuseWithoutEffect({ num_shards, select, join }: PredictOptions, isFolder: boolean): void {
  if (num_shards !== undefined && !isFolder) {
    throw new UsageError("--num_shards is of a folder: end the name of --output in /.");
  }
  if (select !== undefined && join === "none") {
    throw new UsageError("--join none writes nothing of a record: leave it or --select out.");
  }
}

/** How predictions are written, besides where. */
function writeOptions(options: PredictOptions, { model, jobId }: JobContext): Omit<WriteOptions, "output"> {
  const { join, select, prediction_prefix: predictionPrefix } = options;
  const format = options.output_format ?? guessOutputFormat(options.output);
  return {
    format,
    compression: options.output_compression,
    layout: outputLayout(model, { join, select, predictionPrefix }, FLAT_FORMATS.includes(format)),
    numShards: options.num_shards,
    maxFailures: options.max_failures,
    storage: storageSettings(options),
    jobId,
  };
}
