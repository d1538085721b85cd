// A worker at a runner of a test, and bundles run on it.
import type { InstructionResponse, ProcessBundleDescriptor } from "apache-beam/proto/beam_fn_api";
import type { Root } from "apache-beam/pvalue";
import { Worker, type WorkerOptions } from "../../../runners/worker/worker";
import type { AsyncDoFn } from "../../../transforms";
import { FakeRunner } from "./fake_runner";
import { decode, encode, stageOf } from "./stages";

type Response<Kind> = Extract<InstructionResponse["response"], { oneofKind: Kind }>;

/** A runner with one worker. */
export class Job {
  private stages = 0;

  private constructor(
    readonly runner: FakeRunner,
    readonly worker: Worker,
    /** What the worker's `run` gave. */
    readonly ended: Promise<void>,
  ) {}

  static async start(id = "worker-1", options: Partial<WorkerOptions> = {}): Promise<Job> {
    const runner = await FakeRunner.start();
    const controlEndpoint = runner.endpoint();
    const worker = new Worker({ id, controlEndpoint, loggingEndpoint: controlEndpoint, ...options });
    const ended = worker.run();
    ended.catch(() => undefined);
    return new Job(runner, worker, ended);
  }

  /** Makes a stage of a DoFn; its source and its sink are at different endpoints. */
  stage(doFn: AsyncDoFn<never, unknown, never>, context?: (root: Root) => object): ProcessBundleDescriptor {
    const { runner } = this;
    const ports = { source: runner.endpoint(0), sink: runner.endpoint(1), state: runner.endpoint(0) };
    const descriptor = stageOf(`stage-${this.stages++}`, doFn, ports, context);
    runner.descriptors.set(descriptor.id, descriptor);
    return descriptor;
  }

  /** Begins a bundle; resolves to the answer. */
  begin(descriptor: ProcessBundleDescriptor, instructionId: string): Promise<InstructionResponse> {
    const processBundle = { processBundleDescriptorId: descriptor.id, cacheTokens: [] };
    return this.runner.instruct({ oneofKind: "processBundle", processBundle }, instructionId);
  }

  /** Runs a bundle of some messages and gives back its answer and its output. */
  async run(
    descriptor: ProcessBundleDescriptor,
    ...messages: unknown[][]
  ): Promise<{ answer: InstructionResponse; output: unknown[]; instructionId: string }> {
    const instructionId = this.runner.newId();
    const answered = this.begin(descriptor, instructionId);
    for (const message of messages) await this.runner.send(instructionId, "source", encode(message));
    await this.runner.send(instructionId, "source", new Uint8Array(), { isLast: true });
    const answer = await answered;
    if (answer.error === "") await this.runner.until(() => this.runner.received.ends(instructionId) > 0);
    return { answer, output: this.output(instructionId), instructionId };
  }

  /** The elements that a bundle has sent to a sink. */
  output(instructionId: string, sink = "sink"): unknown[] {
    return decode(this.runner.received.messages(instructionId, sink));
  }

  async stop(): Promise<void> {
    this.worker.stop();
    await this.ended.catch(() => undefined);
    await this.runner.stop();
  }
}

/** The part of an answer of a kind; fails the test when it is another. */
export function responseOf<Kind extends InstructionResponse["response"]["oneofKind"]>(
  { response, error }: InstructionResponse,
  kind: Kind,
): Response<Kind> {
  if (response.oneofKind !== kind) throw new Error(`The answer is '${response.oneofKind}': ${error}`);
  return response as Response<Kind>;
}
