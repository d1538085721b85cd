// One job on a job service, from its submission to its end.
import "../../sdk";
import { JobMessage_MessageImportance, JobState_Enum } from "apache-beam/proto/beam_job_api";
import type { Pipeline } from "apache-beam/proto/beam_runner_api";
import type { StageMetric } from "../runner";
import { JobFailedError } from "./errors";
import { failureReason } from "./failure_text";
import type { JobOptions, JobService } from "./job_service";
import { metricsOfStages } from "./metrics";

/** How long a job may take to be cancelled before it is left to itself. */
const CANCEL_MS = 5_000;

export interface JobSpec {
  pipeline: Pipeline;
  name: string;
  options: JobOptions;
  /** The engine's name as people write it. */
  engine: string;
}

/**
 * Runs a job to its end.
 * @returns what its stages have counted
 * @throws JobFailedError with what made it fail
 * @throws JobServerError when the job service goes away
 * @throws the signal's reason, when the job has been cancelled by it
 */
export async function runJob(
  service: JobService,
  job: JobSpec,
  signal?: AbortSignal,
): Promise<StageMetric[]> {
  signal?.throwIfAborted();
  const id = await service.submit(job.pipeline, job.name, job.options);
  const errors: string[] = [];
  const following = service.follow(id, ({ importance, messageText }) => {
    if (importance === JobMessage_MessageImportance.JOB_MESSAGE_ERROR) errors.push(messageText);
  });
  const state = await Promise.race([following, cancelled(service, id, following, signal)]);
  signal?.throwIfAborted();
  if (state === JobState_Enum.DONE) return metricsOfStages(await service.metrics(id), job.pipeline);
  const told = errors.at(-1);
  if (told !== undefined) throw new JobFailedError(failureReason(told, job.pipeline), { details: told });
  throw new JobFailedError(
    `The job ended as ${JobState_Enum[state]} on ${job.engine}, which did not say why.`,
  );
}

/** Cancels the job on abort, and rejects when it has ended or has had its time. */
async function cancelled(
  service: JobService,
  id: string,
  following: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<never> {
  await new Promise<void>((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener("abort", () => resolve(), { once: true });
  });
  const timeout = new Promise((resolve) => setTimeout(resolve, CANCEL_MS).unref());
  const ended = service.cancel(id).then(() => following);
  await Promise.race([ended, timeout]).catch(() => undefined);
  throw signal!.reason;
}
