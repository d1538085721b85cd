// Takes lines of flat records many at a time, by code in WebAssembly, once their heads are known.
import { instantiate, newMemory, reserve } from "../web_assembly";
import { CODE } from "./flat_lines_code";
import {
  ENDS,
  HEAD_ROOM,
  HEAD_SIZES,
  HEADS,
  MARGIN,
  MOST_ROWS,
  OUT_HEAD_SIZES,
  OUT_HEADS,
  POSITION,
  SOURCE,
  STARTS,
  TOKENS,
} from "./flat_layout";

/** Where a source has more, its lines are not taken here: memory that has grown stays. */
const MOST_SOURCE = 1 << 24;
/** After so many calls in vain at most another one is tried: each is 50 ns for a line that has to be read again. */
const MOST_PATIENCE = 64;

/** What stands before the values of a record, `{"a": ` and `, "b": `, as it is read, and as it is written. */
export type Heads = readonly { readonly read: Buffer; readonly written: Buffer }[];

/** How much may be taken. */
export interface Limits {
  rows: number;
  /** No record begins behind so many bytes of them. */
  bytes: number;
  /** Of a line. */
  lineBytes: number;
}

/** What the code exports: see there. */
interface Code {
  take: (...numbers: number[]) => number;
}

/**
 * Lines that were taken, until the next call. They are what QuickLines makes of them, which also finds the heads, and takes all others.
 *
 * It belongs to a process, not to a reader: its memory has what was read last.
 */
export class FlatLines {
  /** Of each line the end of its record in `records`, and where it starts, from where the first does. */
  ends = new Uint32Array();
  starts = new Uint32Array();
  /** Of each line its tokens' numbers, one row a record. */
  tokens = new Int32Array();
  records = new Uint8Array();
  /** A view of `records`, and of some bytes behind them. */
  view = new DataView(new ArrayBuffer());
  /** How many bytes of the source they are. */
  taken = 0;

  private readonly memory = newMemory(SOURCE);
  private readonly code = instantiate<Code>(CODE, this.memory);
  private bytes = new Uint8Array(this.memory.buffer);
  private words = new Int32Array(this.memory.buffer);

  /** What is in its memory: the bytes of a buffer between two positions. */
  private source: Buffer | undefined;
  private from = 0;
  private to = 0;

  private heads: Heads | undefined;
  private isCompact = false;
  private patience = 1;
  private wait = 0;

  /** Whether it is worth while to try it: when lines were not taken it is not tried for a while. */
  isDue(): boolean {
    return this.wait-- <= 0;
  }

  /**
   * Takes the first of the lines of `source[from..to)`, which must be UTF-8 and end in LF, as far as they have these heads and numbers of
   * up to 8 digits. The bytes of a buffer must stay as they are: they are taken over once.
   * @returns how many lines it has taken
   */
  take(heads: Heads, source: Buffer, from: number, to: number, { rows, bytes, lineBytes }: Limits): number {
    if (to - from > MOST_SOURCE) return 0;
    if (heads !== this.heads) this.learn(heads);
    this.load(source, from, to);
    const width = heads.length;
    const begin = SOURCE + from - this.from;
    const end = SOURCE + to - this.from;
    const out = this.outAt();
    const most = Math.min(rows, MOST_ROWS);
    const taken = this.code.take(
      ...[begin, end, out, out + Math.min(bytes, to - from), most, lineBytes, width, Number(this.isCompact)],
    );
    this.wait = taken === 0 ? this.patience : 0;
    this.patience = taken === 0 ? Math.min(2 * this.patience, MOST_PATIENCE) : 1;
    if (taken === 0) return 0;
    const { buffer } = this.memory;
    this.ends = new Uint32Array(buffer, ENDS, taken);
    this.starts = new Uint32Array(buffer, STARTS, taken);
    this.tokens = new Int32Array(buffer, TOKENS, taken * width);
    const size = this.ends[taken - 1];
    this.records = new Uint8Array(buffer, out, size);
    this.view = new DataView(buffer, out, size + MARGIN);
    this.taken = this.words[POSITION / 4];
    return taken;
  }

  private learn(heads: Heads): void {
    this.heads = heads;
    this.isCompact = true;
    for (const [i, { read, written }] of heads.entries()) {
      this.bytes.set(read, HEADS + i * HEAD_ROOM);
      this.bytes.set(written, OUT_HEADS + i * HEAD_ROOM);
      this.words[HEAD_SIZES / 4 + i] = read.length;
      this.words[OUT_HEAD_SIZES / 4 + i] = written.length;
      if (read.length !== written.length) this.isCompact = false;
    }
  }

  /** Where the output goes: behind the source, as much room again. */
  private outAt(): number {
    return SOURCE + Math.ceil((this.to - this.from + MARGIN) / 8) * 8;
  }

  private load(source: Buffer, from: number, to: number): void {
    if (this.source === source && this.from <= from && to <= this.to) return;
    this.source = source;
    this.from = from;
    this.to = to;
    const needed = this.outAt() + to - from + MARGIN;
    if (needed > this.bytes.length) {
      reserve(this.memory, needed);
      this.bytes = new Uint8Array(this.memory.buffer);
      this.words = new Int32Array(this.memory.buffer);
    }
    this.bytes.set(source.subarray(from, to), SOURCE);
  }
}
