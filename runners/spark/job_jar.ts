// Jars of jobs for `spark-submit`.
import type { JarEngine } from "../portable/job_jar";
import { shellWord } from "../portable/shell_word";
import { sparkJobServer } from "./job_server";

export const SPARK_JARS: JarEngine = {
  name: "spark",
  title: "Spark",
  features: ["merging windows"],
  // The master is that of `spark-submit`.
  jobServer: sparkJobServer("local[1]"),
  jobOptions: {
    // A bundle goes to the worker that is free, and workers wait for the next stage.
    load_balance_bundles: true,
    environment_cache_millis: 10_000,
  },
  parallelismFrom: "--total-executor-cores",
  submit: (jar) => `spark-submit --class org.apache.beam.runners.spark.SparkPipelineRunner ${shellWord(jar)}`,
};
