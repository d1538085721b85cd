// Jars of jobs for `flink run`.
import type { JarEngine } from "../portable/job_jar";
import { shellWord } from "../portable/shell_word";
import { FLINK_JOB_OPTIONS } from "./job_options";
import { FLINK_JOB_SERVER } from "./job_server";

export const FLINK_JARS: JarEngine = {
  name: "flink",
  title: "Flink",
  features: ["merging windows"],
  // The cluster to which it is submitted, whichever that is.
  jobServer: { ...FLINK_JOB_SERVER, arguments: ["--flink-master=[auto]"] },
  jobOptions: FLINK_JOB_OPTIONS,
  submit: (jar) => `flink run -c org.apache.beam.runners.flink.FlinkPipelineRunner ${shellWord(jar)}`,
};
