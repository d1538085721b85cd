// The job server of Flink; Flink itself runs inside it.
import path from "node:path";
import { OPEN_PACKAGES, type JobServerProgram } from "../job_server";

export const FLINK_JOB_SERVER: JobServerProgram = {
  name: "flink",
  title: "Flink",
  // Maven reads it where it is kept; it is not compiled.
  pom: path.join(__dirname, "../../../runners/flink/pom.xml"),
  mainClass: "org.apache.beam.runners.flink.FlinkJobServerDriver",
  jvmArguments: OPEN_PACKAGES,
  arguments: ["--flink-master=[local]"],
};
