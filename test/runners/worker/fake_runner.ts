// A runner for tests: the services of Beam's Fn API over gRPC on loopback, driven by the test bundle by bundle.
import "../../../sdk";
import { once } from "node:events";
import {
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { Elements } from "apache-beam/proto/beam_fn_api";
import {
  StateKey,
  type InstructionRequest,
  type InstructionResponse,
  type LogControl,
  type LogEntry,
  type LogEntry_List,
  type ProcessBundleDescriptor,
  type StateRequest,
  type StateResponse,
} from "apache-beam/proto/beam_fn_api";
import {
  beamFnControlDefinition,
  beamFnDataDefinition,
  beamFnLoggingDefinition,
  beamFnStateDefinition,
} from "apache-beam/proto/beam_fn_api.grpc-server";
import { ProvisionInfo } from "apache-beam/proto/beam_provision_api";
import { provisionServiceDefinition } from "apache-beam/proto/beam_provision_api.grpc-server";
import { Struct } from "apache-beam/proto/google/protobuf/struct";
import { Received } from "./received";

type ControlCall = ServerDuplexStream<InstructionResponse, InstructionRequest>;
type DataCall = ServerDuplexStream<Elements, Elements>;
type StateCall = ServerDuplexStream<StateRequest, StateResponse>;
type LogCall = ServerDuplexStream<LogEntry_List, LogControl>;

const SERVER_OPTIONS = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/** What state a key has: its pages, or why it can't be had. */
export type StatePages = Uint8Array[] | { error: string };

/** A runner with two data endpoints. */
export class FakeRunner {
  readonly descriptors = new Map<string, ProcessBundleDescriptor>();
  /** How often each descriptor was asked for, and by whom. */
  readonly descriptorRequests: { id: string; workerId: string }[] = [];
  /** Every answer of every worker, in the order in which they came. */
  readonly answers: InstructionResponse[] = [];
  readonly logs: { workerId: string; entry: LogEntry }[] = [];
  readonly stateRequests: StateRequest[] = [];
  /** What is known of the state: by `stateId`. */
  readonly states = new Map<string, StatePages>();
  readonly received = new Received();
  /** What its provision service tells: where workers are to register, and the job's options. */
  provision: {
    controlEndpoint?: { url: string };
    loggingEndpoint?: { url: string };
    options: Record<string, string[]>;
  } = {
    options: {},
  };
  /** The runner takes this many milliseconds for each message of elements. */
  readingPauseMs = 0;

  private readonly servers: Server[] = [];
  private readonly ports: number[] = [];
  private control: ControlCall | undefined;
  private readonly data: (DataCall | undefined)[] = [];
  private readonly arrivals: (() => void)[] = [];
  private instructions = 0;

  static async start(): Promise<FakeRunner> {
    const runner = new FakeRunner();
    for (let index = 0; index < 2; index++) await runner.listen(index);
    return runner;
  }

  /** HOST:PORT of everything; the other has data alone. */
  endpoint(index = 0): string {
    return `127.0.0.1:${this.ports[index]}`;
  }

  /** A new name of an instruction. */
  newId(): string {
    return `instruction-${this.instructions++}`;
  }

  /** Gives an instruction and resolves to its answer. */
  async instruct(
    request: InstructionRequest["request"],
    instructionId = this.newId(),
  ): Promise<InstructionResponse> {
    await this.until(() => this.control !== undefined);
    this.control!.write({ instructionId, request });
    await this.until(() => this.answersTo(instructionId).length > 0);
    return this.answersTo(instructionId)[0];
  }

  answersTo(instructionId: string): InstructionResponse[] {
    return this.answers.filter((answer) => answer.instructionId === instructionId);
  }

  /** Sends elements; resolves when they are on their way. */
  async send(
    instructionId: string,
    transformId: string,
    data: Uint8Array,
    { isLast = false, endpoint = 0 } = {},
  ): Promise<void> {
    await this.sendMessage({ data: [{ instructionId, transformId, data, isLast }], timers: [] }, endpoint);
  }

  async sendMessage(elements: Elements, endpoint = 0): Promise<void> {
    await this.until(() => this.data[endpoint] !== undefined);
    await new Promise<void>((resolve, reject) => {
      this.data[endpoint]!.write(elements, (error?: Error | null) => (error ? reject(error) : resolve()));
    });
  }

  /** Resolves as soon as something holds; it is looked at whenever a worker has sent something. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.arrivals.push(resolve));
  }

  /** Ends the control stream as a runner does whose job is over. */
  endControl(): void {
    this.control!.end();
  }

  /** Breaks the stream of a data endpoint. */
  breakData(endpoint = 0): void {
    this.data[endpoint]!.emit("error", { code: 13, details: "broken by the test" });
    this.data[endpoint] = undefined;
  }

  /** Ends without a word. */
  async stop(): Promise<void> {
    for (const server of this.servers) server.forceShutdown();
    await Promise.resolve();
  }

  private arrived(): void {
    for (const resolve of this.arrivals.splice(0)) resolve();
  }

  private async listen(index: number): Promise<void> {
    const server = new Server(SERVER_OPTIONS);
    server.addService(beamFnDataDefinition, { data: (call: DataCall) => void this.serveData(call, index) });
    if (index === 0) {
      server.addService(beamFnControlDefinition, this.controlService());
      server.addService(provisionServiceDefinition, this.provisionService());
      server.addService(beamFnStateDefinition, { state: (call: StateCall) => this.serveState(call) });
      server.addService(beamFnLoggingDefinition, { logging: (call: LogCall) => this.serveLogging(call) });
    }
    this.ports[index] = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
    this.servers.push(server);
  }

  private controlService(): UntypedServiceImplementation {
    return {
      control: (call: ControlCall) => {
        this.control = call;
        call.on("data", (answer: InstructionResponse) => {
          this.answers.push(answer);
          this.arrived();
        });
        call.on("error", () => undefined);
        call.on("end", () => call.end());
        this.arrived();
      },
      getProcessBundleDescriptor: (
        call: ServerUnaryCall<{ processBundleDescriptorId: string }, ProcessBundleDescriptor>,
        answer: sendUnaryData<ProcessBundleDescriptor>,
      ) => {
        const id = call.request.processBundleDescriptorId;
        const [workerId] = call.metadata.get("worker_id");
        const descriptor = this.descriptors.get(id);
        this.descriptorRequests.push({ id, workerId: String(workerId) });
        this.arrived();
        // As Prism does, which has one port for all workers.
        if (workerId === undefined) answer({ code: 3, details: "no worker id in the metadata" });
        else if (descriptor === undefined) answer({ code: 5, details: `no descriptor ${id}` });
        else answer(null, descriptor);
      },
    };
  }

  private provisionService(): UntypedServiceImplementation {
    return {
      getProvisionInfo: (_call: unknown, answer: sendUnaryData<{ info: ProvisionInfo }>) => {
        const { options, ...endpoints } = this.provision;
        const info = ProvisionInfo.create({ ...endpoints, pipelineOptions: Struct.fromJson(options) });
        answer(null, { info });
      },
    };
  }

  private async serveData(call: DataCall, index: number): Promise<void> {
    this.data[index] = call;
    call.on("error", () => undefined);
    call.on("end", () => call.end());
    this.arrived();
    call.on("data", (elements: Elements) => {
      for (const { instructionId, transformId, data, isLast } of elements.data) {
        this.received.add(instructionId, transformId, data, isLast);
      }
      this.arrived();
      if (this.readingPauseMs === 0) return;
      call.pause();
      setTimeout(() => call.resume(), this.readingPauseMs);
    });
    await once(call, "close").catch(() => undefined);
  }

  private serveState(call: StateCall): void {
    call.on("error", () => undefined);
    call.on("end", () => call.end());
    call.on("data", (request: StateRequest) => {
      this.stateRequests.push(request);
      call.write(this.answerState(request));
      this.arrived();
    });
  }

  private answerState({ id, stateKey, request }: StateRequest): StateResponse {
    const pages = this.states.get(stateId(stateKey!));
    if (pages === undefined || "error" in pages || request.oneofKind !== "get") {
      const error = pages !== undefined && "error" in pages ? pages.error : "no such state";
      return { id, error, response: { oneofKind: undefined } };
    }
    const page = Number(Buffer.from(request.get.continuationToken).toString());
    const more = page + 1 < pages.length;
    const get = { data: pages[page], continuationToken: Buffer.from(more ? String(page + 1) : "") };
    return { id, error: "", response: { oneofKind: "get", get } };
  }

  private serveLogging(call: LogCall): void {
    const workerId = String(call.metadata.get("worker_id")[0]);
    call.on("error", () => undefined);
    call.on("end", () => call.end());
    call.on("data", ({ logEntries }: LogEntry_List) => {
      for (const entry of logEntries) this.logs.push({ workerId, entry });
      this.arrived();
    });
  }
}

/** A state key as a text. */
export function stateId(key: StateKey): string {
  return Buffer.from(StateKey.toBinary(key)).toString("base64");
}
