// Which bundle what arrives belongs to, even before the bundle has begun and after it is over.
import { WorkerError } from "../errors";
import { Severity, type LogChannel } from "../logging/log_channel";
import { Inbox, type Arrival } from "./inbox";

/** Elements of a bundle that has not begun are kept for this long. Beam's Java worker waits as long. */
const PATIENCE_MS = 180_000;

/** As many bundles that are over are remembered, to know what still arrives for them. */
const MAX_REMEMBERED = 10_000;

interface Entry {
  readonly inbox: Inbox;
  /** Where its elements come from. */
  readonly endpoints: Set<string>;
  /** Runs while the bundle has not begun. */
  patience: NodeJS.Timeout | undefined;
}

/** The inboxes of all bundles of a worker, by their instructions. */
export class Inboxes {
  private readonly entries = new Map<string, Entry>();
  /** The bundles that are over; those that can't begin any more have the reason. */
  private readonly over = new Map<string, Error | undefined>();

  constructor(
    private readonly log: LogChannel,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /** Opens the inbox of a bundle that begins, which may hold elements already. */
  open(instructionId: string, endpoints: Iterable<string>): Inbox {
    if (this.over.has(instructionId)) {
      throw this.over.get(instructionId) ?? new WorkerError(`Bundle '${instructionId}' was run before.`);
    }
    const entry = this.entry(instructionId);
    clearTimeout(entry.patience);
    entry.patience = undefined;
    for (const endpoint of endpoints) entry.endpoints.add(endpoint);
    return entry.inbox;
  }

  /** Nothing more is wanted for a bundle, which is over. */
  close(instructionId: string): void {
    this.entries.get(instructionId)?.inbox.fail(new WorkerError("The bundle is over."));
    this.forget(instructionId, undefined);
  }

  /**
   * Takes in what arrived.
   * @returns the inbox, when it is now full
   */
  deliver(endpoint: string, instructionId: string, arrival: Arrival): Inbox | undefined {
    if (this.over.has(instructionId)) {
      if (arrival.data.length > 0) {
        this.log.log(Severity.DEBUG, `${arrival.data.length} bytes arrived for a bundle that is over.`, {
          instructionId,
          transformId: arrival.transformId,
        });
      }
      return undefined;
    }
    const known = this.entries.get(instructionId);
    const entry = known ?? this.entry(instructionId);
    if (known === undefined) entry.patience = this.startPatience(instructionId);
    entry.endpoints.add(endpoint);
    entry.inbox.put(arrival);
    return entry.inbox.isFull ? entry.inbox : undefined;
  }

  /** Fails every bundle that has elements from an endpoint, or all. */
  fail(failure: Error, endpoint?: string): void {
    for (const [instructionId, { inbox, endpoints, patience }] of this.entries) {
      if (endpoint !== undefined && !endpoints.has(endpoint)) continue;
      inbox.fail(failure);
      // What has begun is closed by whoever runs it.
      if (patience !== undefined) this.forget(instructionId, failure);
    }
  }

  private entry(instructionId: string): Entry {
    let entry = this.entries.get(instructionId);
    if (entry === undefined) {
      entry = { inbox: new Inbox(), endpoints: new Set(), patience: undefined };
      this.entries.set(instructionId, entry);
    }
    return entry;
  }

  private startPatience(instructionId: string): NodeJS.Timeout {
    return setTimeout(() => {
      const message = `Elements arrived for a bundle that did not begin within ${this.patienceMs / 1000} s, and were dropped.`;
      this.log.log(Severity.ERROR, message, { instructionId });
      const failure = new WorkerError(message);
      this.entries.get(instructionId)?.inbox.fail(failure);
      this.forget(instructionId, failure);
    }, this.patienceMs).unref();
  }

  private forget(instructionId: string, failure: Error | undefined): void {
    clearTimeout(this.entries.get(instructionId)?.patience);
    this.entries.delete(instructionId);
    this.over.set(instructionId, failure);
    if (this.over.size <= MAX_REMEMBERED) return;
    for (const oldest of this.over.keys()) {
      this.over.delete(oldest);
      break;
    }
  }
}
