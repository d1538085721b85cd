// The job server of Spark; Spark itself runs inside it.
import path from "node:path";
import { OPEN_PACKAGES, type JobServerProgram } from "../job_server";

/** @param master Spark's name for where it runs: `local[N]`, `spark://host:port` */
export function sparkJobServer(master: string): JobServerProgram {
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
      // A machine's own name need not lead to it.
      "-Dspark.driver.host=127.0.0.1",
      "-Dspark.driver.bindAddress=127.0.0.1",
      // Until Spark has set its log up.
      "-Dorg.apache.logging.log4j.level=INFO",
    ],
    arguments: [`--spark-master-url=${master}`],
  };
}
