// The command `predict`: the prediction job, from its options to its summary.
import { countsFromMetrics } from "../../transforms";
import { Destination, STANDARD_STREAM } from "../destination";
import { runJob } from "../job";
import { errorsBeside, type PredictOptions } from "../options";
import { predictionPipeline } from "../prediction_job";
import { summarize, summaryText } from "../summary";

export async function run(options: PredictOptions): Promise<void> {
  const model = options.model_qualified_name;
  const output = new Destination(options.output, process.stdout);
  const errors = new Destination(options.errors ?? errorsBeside(options.output), process.stderr);
  const { metrics, seconds } = await runJob(options, [errors, output], (jobId) =>
    predictionPipeline({
      model,
      input: options.input,
      output: output.path,
      errors: errors.path,
      maxFailures: options.max_failures,
      batchSize: options.batch_size,
      maxRecordBytes: options.max_record_bytes,
      jobId,
    }),
  );
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
