// The data streams of a worker: one to each endpoint, shared by all bundles.
import "../../../sdk";
import type { Elements } from "apache-beam/proto/beam_fn_api";
import { BeamFnDataClient } from "apache-beam/proto/beam_fn_api.grpc-client";
import { CHANNEL_OPTIONS, CREDENTIALS, workerMetadata } from "../connection/options";
import { MessageStream } from "../connection/stream";
import { BrokenStreamError } from "../errors";
import type { Inbox } from "./inbox";
import type { Inboxes } from "./inboxes";

/** About what a message takes besides its elements. */
const OVERHEAD = 100;

/** Where a sink's elements go. */
export interface DataSender {
  /**
   * Sends encoded elements.
   * @returns a promise when the sender must wait before it sends more
   */
  send(instructionId: string, transformId: string, data: Uint8Array, isLast: boolean): Promise<void> | undefined;
}

/** The stream to one endpoint. */
class DataChannel implements DataSender {
  private readonly client: BeamFnDataClient;
  private readonly stream: MessageStream<Elements, Elements>;

  constructor(
    workerId: string,
    private readonly endpoint: string,
    private readonly inboxes: Inboxes,
    onEnd: (failure: Error) => void,
  ) {
    this.client = new BeamFnDataClient(endpoint, CREDENTIALS, CHANNEL_OPTIONS);
    this.stream = new MessageStream(
      `data stream to ${endpoint}`,
      this.client.data(workerMetadata(workerId)),
      (elements) => this.receive(elements),
    );
    this.stream.ended.then(
      () => onEnd(new BrokenStreamError(`The runner closed the data stream to ${endpoint}.`)),
      onEnd,
    );
  }

  send(instructionId: string, transformId: string, data: Uint8Array, isLast: boolean): Promise<void> | undefined {
    const message: Elements = { data: [], timers: [] };
    if (data.length > 0) message.data.push({ instructionId, transformId, data, isLast: false });
    if (isLast) message.data.push({ instructionId, transformId, data: new Uint8Array(), isLast });
    return this.stream.send(message, data.length + OVERHEAD);
  }

  close(): void {
    this.stream.close();
    this.client.close();
  }

  private receive(elements: Elements): void {
    const full = deliver(elements, this.endpoint, this.inboxes);
    if (full.size === 0) return;
    // The bundles that have room wait too: it is one stream.
    this.stream.pause();
    void Promise.all([...full].map((inbox) => inbox.room())).then(() => this.stream.resume());
  }
}

/**
 * Gives each bundle what a message holds for it.
 * @returns the inboxes that are full now
 */
export function deliver({ data, timers }: Elements, endpoint: string, inboxes: Inboxes): Set<Inbox> {
  const full = new Set<Inbox>();
  for (const { instructionId, ...arrival } of [...data, ...timers.map(asArrival)]) {
    const inbox = inboxes.deliver(endpoint, instructionId, arrival);
    if (inbox !== undefined) full.add(inbox);
  }
  return full;
}

function asArrival({ timers, ...rest }: Elements["timers"][number]): Elements["data"][number] {
  return { ...rest, data: timers };
}

/** The data streams of a worker. */
export class DataChannels {
  private readonly channels = new Map<string, DataChannel>();

  constructor(
    private readonly workerId: string,
    private readonly inboxes: Inboxes,
  ) {}

  /** The stream to an endpoint, HOST:PORT; it is opened when it is asked for first, or has ended. */
  get(endpoint: string): DataSender {
    let channel = this.channels.get(endpoint);
    if (channel === undefined) {
      const opened = new DataChannel(this.workerId, endpoint, this.inboxes, (failure) => {
        if (this.channels.get(endpoint) === opened) this.channels.delete(endpoint);
        this.inboxes.fail(failure, endpoint);
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
