// The command `species_counts`: the pipeline of that name, from its options to its output.
import { Destination } from "../destination";
import { runJob } from "../job";
import type { CommonOptions } from "../options";
import { speciesCountsPipeline } from "../species_counts";

export async function run(options: CommonOptions): Promise<void> {
  const output = new Destination(options.output, process.stdout);
  await runJob(options, [output], (jobId) =>
    speciesCountsPipeline({
      model: options.model_qualified_name,
      input: options.input,
      output: output.path,
      batchSize: options.batch_size,
      maxRecordBytes: options.max_record_bytes,
      jobId,
    }),
  );
}
