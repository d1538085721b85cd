// The state streams of a worker, over which bundles ask for side inputs.
import "../../../sdk";
import type { StateKey, StateRequest, StateResponse } from "apache-beam/proto/beam_fn_api";
import { BeamFnStateClient } from "apache-beam/proto/beam_fn_api.grpc-client";
import { CHANNEL_OPTIONS, CREDENTIALS, workerMetadata } from "../connection/options";
import { MessageStream } from "../connection/stream";
import { BrokenStreamError, StateError } from "../errors";

/** About what a request takes. */
const REQUEST_BYTES = 500;

interface Pending {
  resolve: (response: StateResponse) => void;
  reject: (error: Error) => void;
}

/** The stream to one endpoint. Answers may come in any order. */
class StateChannel {
  private readonly client: BeamFnStateClient;
  private readonly stream: MessageStream<StateRequest, StateResponse>;
  private readonly pending = new Map<string, Pending>();
  private requests = 0;

  constructor(workerId: string, endpoint: string, onEnd: () => void) {
    this.client = new BeamFnStateClient(endpoint, CREDENTIALS, CHANNEL_OPTIONS);
    this.stream = new MessageStream(
      `state stream to ${endpoint}`,
      this.client.state(workerMetadata(workerId)),
      (response) => {
        this.pending.get(response.id)?.resolve(response);
        this.pending.delete(response.id);
      },
    );
    const end = (failure: Error): void => {
      onEnd();
      for (const { reject } of this.pending.values()) reject(failure);
      this.pending.clear();
    };
    this.stream.ended.then(
      () => end(new BrokenStreamError(`The runner closed the state stream to ${endpoint}.`)),
      end,
    );
  }

  /** All that the runner has under a key, over as many pages as it takes. */
  async get(instructionId: string, stateKey: StateKey): Promise<Uint8Array> {
    const pages: Uint8Array[] = [];
    let continuationToken: Uint8Array = new Uint8Array();
    do {
      const id = `get-${this.requests++}`;
      const request = { oneofKind: "get", get: { continuationToken } } as const;
      const { error, response } = await this.ask({ id, instructionId, stateKey, request });
      if (error !== "") throw new StateError(`The runner could not give ${nameOf(stateKey)}: ${error}`);
      if (response.oneofKind !== "get") {
        throw new StateError(
          `The runner answered a request for ${nameOf(stateKey)} with '${response.oneofKind}'.`,
        );
      }
      pages.push(response.get.data);
      ({ continuationToken } = response.get);
    } while (continuationToken.length > 0);
    return pages.length === 1 ? pages[0] : Buffer.concat(pages);
  }

  close(): void {
    this.stream.close();
    this.client.close();
  }

  private async ask(request: StateRequest): Promise<StateResponse> {
    const response = new Promise<StateResponse>((resolve, reject) => {
      this.pending.set(request.id, { resolve, reject });
    });
    // Whatever fails the answer fails the request too.
    response.catch(() => undefined);
    await this.stream.send(request, REQUEST_BYTES);
    return response;
  }
}

function nameOf({ type }: StateKey): string {
  const sideInput =
    type.oneofKind === "iterableSideInput"
      ? type.iterableSideInput
      : type.oneofKind === "multimapSideInput"
        ? type.multimapSideInput
        : undefined;
  if (sideInput === undefined) return `state '${type.oneofKind}'`;
  return `side input '${sideInput.sideInputId}' of ${sideInput.transformId}`;
}

/** The state streams of a worker. */
export class StateChannels {
  private readonly channels = new Map<string, StateChannel>();

  constructor(private readonly workerId: string) {}

  /** The stream to an endpoint, HOST:PORT; it is opened when it is asked for first, or has ended. */
  get(endpoint: string): StateChannel {
    let channel = this.channels.get(endpoint);
    if (channel === undefined) {
      const opened = new StateChannel(this.workerId, endpoint, () => {
        if (this.channels.get(endpoint) === opened) this.channels.delete(endpoint);
      });
      channel = opened;
      this.channels.set(endpoint, channel);
    }
    return channel;
  }

  close(): void {
    for (const channel of this.channels.values()) channel.close();
    this.channels.clear();
  }
}
