// Runs once before all tests: builds and installs the servers that they start.
import { FLINK_JOB_SERVER } from "../../runners/flink/job_server";
import { buildJobServer } from "../../runners/job_server";
import { sparkJobServer } from "../../runners/spark/job_server";
import { installDistributions } from "./distributions";
import { buildGoPrograms } from "./go_program";

export default async function buildServers(): Promise<void> {
  buildGoPrograms();
  installDistributions();
  await buildJobServer(FLINK_JOB_SERVER);
  await buildJobServer(sparkJobServer("local[2]"));
}
