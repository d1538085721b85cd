// The job server of Flink: Flink itself runs inside it, or it is the client of a cluster.
import path from "node:path";
import { OPEN_PACKAGES, type JobServerProgram } from "../job_server";

/** What Maven and Java read where it is kept; it is not compiled. */
const FILES = path.join(__dirname, "../../../runners/flink");

/** @param master Flink's name for where it runs: `[local]`, or HOST:PORT */
export function flinkJobServer(master = "[local]"): JobServerProgram {
  return {
    name: "flink",
    title: "Flink",
    pom: path.join(FILES, "pom.xml"),
    mainClass: "org.apache.beam.runners.flink.FlinkJobServerDriver",
    jvmArguments: OPEN_PACKAGES,
    arguments: [`--flink-master=${master}`, `--flink-conf-dir=${path.join(FILES, "conf")}`],
    isEngine: master === "[local]",
  };
}

export const FLINK_JOB_SERVER = flinkJobServer();
