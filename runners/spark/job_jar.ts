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
  submit: (jar) => `spark-submit --class org.apache.beam.runners.spark.SparkPipelineRunner ${shellWord(jar)}`,
};
