// The command `species_counts`: the pipeline of that name, from its options to its output.
import { Destination } from "../destination";
import { runJob } from "../job";
import { storageSettings, type CommonOptions } from "../options";
import { readOptions } from "../reading";
import { speciesCountsPipeline } from "../species_counts";

export async function run(options: CommonOptions): Promise<void> {
  const output = new Destination(options.output, process.stdout);
  await runJob(options, [output], (context) =>
    speciesCountsPipeline({
      model: options.model_qualified_name,
      input: options.input,
      read: readOptions(options, context),
      extraFields: options.extra_fields,
      output: output.path,
      jobId: context.jobId,
      storage: storageSettings(options),
    }),
  );
}
