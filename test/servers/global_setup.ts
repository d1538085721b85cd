// Runs once before all tests: builds the servers that they start.
import { FLINK_JOB_SERVER } from "../../runners/flink/job_server";
import { buildJobServer } from "../../runners/job_server";
import { sparkJobServer } from "../../runners/spark/job_server";
import { buildGoPrograms } from "./go_program";

export default async function buildServers(): Promise<void> {
  buildGoPrograms();
  await buildJobServer(FLINK_JOB_SERVER);
  await buildJobServer(sparkJobServer("local[2]"));
}
