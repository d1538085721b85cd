// The client of a job service: it prepares a job, runs it, follows it to its end, and can cancel it.
import "../../sdk";
import { status, type ClientReadableStream, type ServiceError } from "@grpc/grpc-js";
import { Struct } from "apache-beam/proto/google/protobuf/struct";
import {
  JobState_Enum,
  type CancelJobRequest,
  type CancelJobResponse,
  type GetJobMetricsRequest,
  type GetJobMetricsResponse,
  type JobMessage,
  type JobMessagesResponse,
  type JobStateEvent,
  type MetricResults,
  type PrepareJobRequest,
  type PrepareJobResponse,
  type RunJobRequest,
  type RunJobResponse,
} from "apache-beam/proto/beam_job_api";
import { JobServiceClient } from "apache-beam/proto/beam_job_api.grpc-client";
import type { Pipeline } from "apache-beam/proto/beam_runner_api";
import { JobServerError, JobServerSetupError } from "../job_server";
import { stageArtifacts } from "./artifact_staging";
import { JobFailedError } from "./errors";
import { call, CHANNEL_OPTIONS, CREDENTIALS, type UnaryMethod } from "./grpc";

/** How long a job service may take to answer at all. */
const CONNECT_MS = 10_000;
/** How long the last messages may take to follow the state that ended the job. */
const LAST_MESSAGES_MS = 2_000;

/** The options of a job by their names in Beam, in snake case. */
export type JobOptions = Readonly<Record<string, string | number | boolean | string[]>>;

const TERMINAL_STATES: readonly JobState_Enum[] = [
  JobState_Enum.DONE,
  JobState_Enum.FAILED,
  JobState_Enum.CANCELLED,
  JobState_Enum.UPDATED,
  JobState_Enum.DRAINED,
];

export class JobService {
  private constructor(
    readonly endpoint: string,
    private readonly client: JobServiceClient,
  ) {}

  /**
   * Connects to a job service.
   * @throws JobServerSetupError when nothing answers there
   */
  static async connect(endpoint: string, timeoutMs = CONNECT_MS): Promise<JobService> {
    const client = new JobServiceClient(endpoint, CREDENTIALS, CHANNEL_OPTIONS);
    try {
      await new Promise<void>((resolve, reject) => {
        client.waitForReady(Date.now() + timeoutMs, (error) => (error ? reject(error) : resolve()));
      });
      return new JobService(endpoint, client);
    } catch (error) {
      client.close();
      throw new JobServerSetupError(
        "JOB_ENDPOINT_UNREACHABLE",
        `No job server answers at ${endpoint} (--job_endpoint). Start it, or leave the option out.`,
        { cause: error },
      );
    }
  }

  /**
   * Submits a job.
   * @returns its id
   */
  async submit(pipeline: Pipeline, jobName: string, options: JobOptions): Promise<string> {
    const named = Object.entries(options).map(([name, value]) => [`beam:option:${name}:v1`, value] as const);
    const pipelineOptions = Struct.fromJson(Object.fromEntries(named));
    const prepared = await this.call<PrepareJobRequest, PrepareJobResponse>(
      (request, callback) => this.client.prepare(request, callback),
      { pipeline, pipelineOptions, jobName },
    );
    const { preparationId, stagingSessionToken, artifactStagingEndpoint } = prepared;
    if (artifactStagingEndpoint !== undefined)
      await stageArtifacts(artifactStagingEndpoint.url, stagingSessionToken);
    const { jobId } = await this.call<RunJobRequest, RunJobResponse>(
      (request, callback) => this.client.run(request, callback),
      { preparationId, retrievalToken: "" },
    );
    return jobId;
  }

  /**
   * Follows a job; resolves with the state in which it ended, when its messages have arrived.
   * @throws JobServerError when the job service goes away
   */
  async follow(jobId: string, onMessage: (message: JobMessage) => void): Promise<JobState_Enum> {
    const messages = this.client.getMessageStream({ jobId });
    messages.on("data", ({ response }: JobMessagesResponse) => {
      if (response.oneofKind === "messageResponse") onMessage(response.messageResponse);
    });
    const messagesEnded = ended(messages).catch(() => undefined);
    const states = this.client.getStateStream({ jobId });
    try {
      const last = await lastState(states);
      const timeout = new Promise((resolve) => setTimeout(resolve, LAST_MESSAGES_MS).unref());
      await Promise.race([messagesEnded, timeout]);
      return last;
    } catch (error) {
      throw this.describe(error as ServiceError);
    } finally {
      states.cancel();
      messages.cancel();
    }
  }

  /** Asks for a job to be cancelled. */
  async cancel(jobId: string): Promise<void> {
    await this.call<CancelJobRequest, CancelJobResponse>(
      (request, callback) => this.client.cancel(request, callback),
      { jobId },
    );
  }

  /** What a job that is done has counted. */
  async metrics(jobId: string): Promise<MetricResults> {
    const { metrics } = await this.call<GetJobMetricsRequest, GetJobMetricsResponse>(
      (request, callback) => this.client.getJobMetrics(request, callback),
      { jobId },
    );
    return metrics ?? { attempted: [], committed: [] };
  }

  close(): void {
    this.client.close();
  }

  private async call<Request, Response>(
    method: UnaryMethod<Request, Response>,
    request: Request,
  ): Promise<Response> {
    try {
      return await call(method, request);
    } catch (error) {
      throw this.describe(error as ServiceError);
    }
  }

  private describe(error: ServiceError): Error {
    if (typeof error.code !== "number") return error;
    if (error.code === status.UNAVAILABLE) {
      const message = `The job server at ${this.endpoint} has gone: ${error.details}`;
      return new JobServerError("JOB_SERVER_STOPPED", message, { cause: error });
    }
    return new JobFailedError(`The job server refused: ${error.details}`, { cause: error });
  }
}

/** The state in which a job ended. */
async function lastState(states: ClientReadableStream<JobStateEvent>): Promise<JobState_Enum> {
  return new Promise((resolve, reject) => {
    states.on("data", ({ state }: JobStateEvent) => {
      if (TERMINAL_STATES.includes(state)) resolve(state);
    });
    ended(states).then(
      () => reject(new JobFailedError("The job server ended the job without saying how.")),
      reject,
    );
  });
}

/** Waits for the end of a stream. It may have no headers, only the status at its end. */
export function ended(stream: ClientReadableStream<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once("error", reject);
    stream.once("end", resolve);
  });
}
