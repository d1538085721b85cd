// The worker: it registers with a runner, runs the bundles that the runner gives it, and ends when the runner goes.
import "../../sdk";
import type { InstructionRequest, InstructionResponse } from "apache-beam/proto/beam_fn_api";
import { BeamFnControlClient } from "apache-beam/proto/beam_fn_api.grpc-client";
import { Bundles } from "./bundles";
import { CHANNEL_OPTIONS, CREDENTIALS, workerMetadata } from "./connection/options";
import { MessageStream } from "./connection/stream";
import { DataChannels } from "./data/data_channels";
import { Inboxes } from "./data/inboxes";
import { GROWING, type MessageSize } from "./data/message_size";
import { Descriptors } from "./descriptors";
import { LostRunnerError, WorkerError } from "./errors";
import { Instructions } from "./instructions";
import { LogChannel, Severity } from "./logging/log_channel";
import { MonitoringInfos } from "./metrics/monitoring_infos";
import { StateChannels } from "./state/state_channels";

/** Which worker it is and where its runner listens. */
export interface WorkerOptions {
  /** The name by which the runner knows the worker. */
  readonly id: string;
  /** HOST:PORT */
  readonly controlEndpoint: string;
  /** HOST:PORT; without it nothing is logged. */
  readonly loggingEndpoint?: string;
  /** How large messages are. Default: such that any job server can take them. */
  readonly messageSize?: MessageSize;
}

/** A worker whose job is over ends after so many milliseconds without a bundle. */
const MAX_IDLE_MS = 10_000;

/** A Beam SDK worker, over Beam's Fn API. */
export class Worker {
  readonly id: string;
  /** What the worker and its DoFns log. */
  readonly log: LogChannel;
  private readonly controlEndpoint: string;
  private readonly messageSize: MessageSize;
  private control: MessageStream<InstructionResponse, InstructionRequest> | undefined;
  private bundles: Bundles | undefined;
  private stopped = false;

  constructor({ id, controlEndpoint, loggingEndpoint, messageSize = GROWING }: WorkerOptions) {
    this.id = id;
    this.controlEndpoint = controlEndpoint;
    this.messageSize = messageSize;
    this.log = new LogChannel(id, loggingEndpoint);
  }

  /**
   * Works until the runner closes the control stream or `stop` is called. Bundles that are open then are abandoned.
   * @throws WorkerError when the control stream breaks
   */
  async run(): Promise<void> {
    const client = new BeamFnControlClient(this.controlEndpoint, CREDENTIALS, CHANNEL_OPTIONS);
    const inboxes = new Inboxes(this.log);
    const channels = new DataChannels(this.id, inboxes);
    const states = new StateChannels(this.id);
    const infos = new MonitoringInfos();
    const descriptors = new Descriptors(client, this.id);
    const bundles = new Bundles(descriptors, inboxes, infos, {
      senderTo: (endpoint) => channels.get(endpoint),
      messageSize: this.messageSize,
      states,
    });
    this.bundles = bundles;
    const instructions = new Instructions(bundles, descriptors, infos, this.log);
    const control = new MessageStream<InstructionResponse, InstructionRequest>(
      "control stream",
      client.control(workerMetadata(this.id)),
      (request) => void instructions.carryOut(request).then((response) => this.answer(response)),
    );
    this.control = control;
    if (this.stopped) control.close();
    this.log.log(Severity.INFO, `Worker ${this.id} (process ${process.pid}) begins.`);
    try {
      await control.ended;
    } catch (cause) {
      if (this.stopped) return;
      throw new LostRunnerError(
        `Worker ${this.id} lost its runner at ${this.controlEndpoint}. ${(cause as Error).message}`,
        { cause },
      );
    } finally {
      this.stopped = true;
      inboxes.fail(new WorkerError("The runner has gone."));
      control.close();
      channels.close();
      states.close();
      client.close();
      await this.log.close();
    }
  }

  /** Makes `run` end, whatever bundles are open. */
  stop(): void {
    this.stopped = true;
    this.control?.close();
  }

  /**
   * Makes `run` end when there is no bundle for a while. Runners tell their workers when a job is over, but Beam on Flink
   * forgets those of tasks that were cancelled as they began, and they would be there until the TaskManager ends.
   */
  stopWhenIdle(maxIdleMs = MAX_IDLE_MS): void {
    const timer = setInterval(() => {
      if ((this.bundles?.idleMs ?? 0) >= maxIdleMs) this.stop();
      if (this.stopped) clearInterval(timer);
    }, maxIdleMs / 10).unref();
  }

  private answer(response: InstructionResponse): void {
    try {
      void this.control?.send(response, response.error.length + 1000)?.catch(() => undefined);
    } catch {
      // The runner has gone, and with it whoever wanted to know.
    }
  }
}
