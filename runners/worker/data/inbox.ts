// The elements that have arrived for one bundle and that wait for their turn.

/** Elements, or timers, of one transform. */
export interface Arrival {
  readonly transformId: string;
  readonly data: Uint8Array;
  readonly isLast: boolean;
  /** Set when these are timers. */
  readonly timerFamilyId?: string;
}

/** More bytes than this are not taken in before some were processed. */
export const MAX_INBOX_BYTES = 8 * 2 ** 20;

/** About what an arrival takes besides its bytes. */
const OVERHEAD = 200;

/** The queue of a bundle. One reads it, in the order in which things came. */
export class Inbox {
  private readonly queue: Arrival[] = [];
  private bytes = 0;
  private failure: Error | undefined;
  private reader: { resolve: (arrival: Arrival) => void; reject: (error: Error) => void } | undefined;
  private roomWanted: (() => void)[] = [];

  get isFull(): boolean {
    return this.bytes > MAX_INBOX_BYTES;
  }

  get isEmpty(): boolean {
    return this.queue.length === 0;
  }

  put(arrival: Arrival): void {
    if (this.failure !== undefined) return;
    const { reader } = this;
    this.reader = undefined;
    if (reader !== undefined) {
      reader.resolve(arrival);
      return;
    }
    this.queue.push(arrival);
    this.bytes += arrival.data.length + OVERHEAD;
  }

  /** What came next; waits for it. Rejects when no more will come. */
  async next(): Promise<Arrival> {
    if (this.failure !== undefined) throw this.failure;
    const arrival = this.queue.shift();
    if (arrival === undefined) {
      return new Promise((resolve, reject) => {
        this.reader = { resolve, reject };
      });
    }
    this.bytes -= arrival.data.length + OVERHEAD;
    if (!this.isFull) this.announceRoom();
    return arrival;
  }

  /** Resolves as soon as more may be put in. */
  async room(): Promise<void> {
    if (this.isFull) await new Promise<void>((resolve) => this.roomWanted.push(resolve));
  }

  /** Throws away what waits; the reader and whatever it asks for later fail with this. */
  fail(failure: Error): void {
    this.failure ??= failure;
    this.queue.length = 0;
    this.bytes = 0;
    this.reader?.reject(this.failure);
    this.reader = undefined;
    this.announceRoom();
  }

  private announceRoom(): void {
    const wanted = this.roomWanted;
    this.roomWanted = [];
    for (const resolve of wanted) resolve();
  }
}
