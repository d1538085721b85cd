// The job server of Spark: Spark itself runs inside it, or it is the driver of an application on a cluster.
import path from "node:path";
import { OPEN_PACKAGES, type JobServerProgram } from "../job_server";

/**
 * @param master Spark's name for where it runs: `local[N,TRIES]`, `spark://host:port`
 * @param settings of Spark, `spark.cores.max` and the like
 */
export function sparkJobServer(
  master: string,
  settings: Readonly<Record<string, string>> = {},
): JobServerProgram {
  return {
    name: "spark",
    title: "Spark",
    // Maven reads it where it is kept; it is not compiled.
    pom: path.join(__dirname, "../../../runners/spark/pom.xml"),
    mainClass: "org.apache.beam.runners.spark.SparkJobServerDriver",
    jvmArguments: [
      ...OPEN_PACKAGES,
      // Nobody looks at a page that is gone with the job.
      "-Dspark.ui.enabled=false",
      // Until Spark has set its log up.
      "-Dorg.apache.logging.log4j.level=INFO",
      ...Object.entries(settings).map(([name, value]) => `-D${name}=${value}`),
    ],
    arguments: [`--spark-master-url=${master}`],
    isEngine: master.startsWith("local"),
  };
}

/** For drivers that only this machine needs to reach: its own name need not lead to it. */
export const ON_THIS_MACHINE: Readonly<Record<string, string>> = {
  "spark.driver.host": "127.0.0.1",
  "spark.driver.bindAddress": "127.0.0.1",
};
