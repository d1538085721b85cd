// The job server of Flink; Flink itself runs inside it.
import path from "node:path";
import { OPEN_PACKAGES, type JobServerProgram } from "../job_server";

/** What Java reads is kept beside the source; it is not compiled. */
const SOURCES = path.join(__dirname, "../../../runners/flink");

export const FLINK_JOB_SERVER: JobServerProgram = {
  name: "flink",
  title: "Flink",
  pom: path.join(SOURCES, "pom.xml"),
  mainClass: "org.apache.beam.runners.flink.FlinkJobServerDriver",
  jvmArguments: OPEN_PACKAGES,
  arguments: ["--flink-master=[local]", `--flink-conf-dir=${path.join(SOURCES, "conf")}`],
};
