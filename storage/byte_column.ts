// A column of byte strings, one after the other in one buffer: the shape in which records travel.
import { viewOf, type Viewed } from "./bytes";
import { lengthened } from "./number_arrays";
import { readNumbers, writeNumbers } from "./number_bytes";
import { copyText, WORD } from "./text_words";

/**
 * A column of `length` byte strings. String `i` is `bytes[start(i)..ends[i])`, and starts where the one before
 * it ends. One buffer and one array of ends, instead of an object a record: nothing to collect, one copy to send.
 */
export class ByteColumn implements Viewed {
  private viewed: DataView | undefined;

  constructor(
    readonly bytes: Buffer,
    readonly ends: Uint32Array,
  ) {}

  get view(): DataView {
    return (this.viewed ??= viewOf(this.bytes));
  }

  /** A column of the UTF-8 bytes of strings. */
  static of(texts: Iterable<string>): ByteColumn {
    const builder = new ByteColumnBuilder();
    for (const text of texts) builder.addText(text);
    return builder.build();
  }

  /** A column of the UTF-8 strings `view[starts[i]..ends[i])`, copied. */
  static gathered(view: DataView, starts: Uint32Array, ends: Uint32Array): ByteColumn {
    let size = 0;
    for (let i = 0; i < starts.length; i++) size += ends[i] - starts[i];
    const bytes = Buffer.allocUnsafeSlow(size + WORD);
    const target = viewOf(bytes);
    const gatheredEnds = new Uint32Array(starts.length);
    for (let i = 0, at = 0; i < starts.length; i++)
      gatheredEnds[i] = at = copyText(view, starts[i], ends[i], target, at);
    return new ByteColumn(bytes.subarray(0, size), gatheredEnds);
  }

  get length(): number {
    return this.ends.length;
  }

  start(i: number): number {
    return i === 0 ? 0 : this.ends[i - 1];
  }

  end(i: number): number {
    return this.ends[i];
  }

  /** String `i`, decoded from UTF-8. */
  text(i: number): string {
    return this.bytes.toString("utf8", this.start(i), this.ends[i]);
  }

  /** Every string, decoded from UTF-8. */
  texts(): string[] {
    return Array.from(this.ends, (_, i) => this.text(i));
  }

  /** Strings `from` to `to`, as a column that shares the bytes. */
  slice(from: number, to: number): ByteColumn {
    const first = from === 0 ? 0 : this.ends[from - 1];
    const last = to === 0 ? 0 : this.ends[to - 1];
    const ends = this.ends.slice(from, to);
    if (first > 0) for (let i = 0; i < ends.length; i++) ends[i] -= first;
    return new ByteColumn(this.bytes.subarray(first, last), ends);
  }

  /** Some of the strings, which are UTF-8, copied. */
  pick(rows: ArrayLike<number>): ByteColumn {
    const starts = new Uint32Array(rows.length);
    const ends = new Uint32Array(rows.length);
    for (let k = 0; k < rows.length; k++) {
      starts[k] = this.start(rows[k]);
      ends[k] = this.ends[rows[k]];
    }
    return ByteColumn.gathered(this.view, starts, ends);
  }

  /** The number of bytes that `write` writes. */
  get encodedLength(): number {
    return 4 + 4 * this.length + this.bytes.length;
  }

  /** Writes count, ends and bytes (little endian) at `at`; returns the position behind them. */
  write(out: Buffer, at: number): number {
    at = out.writeUInt32LE(this.length, at);
    at = writeNumbers(this.ends, out, at);
    return at + this.bytes.copy(out, at);
  }

  /** Reads what `write` wrote; the bytes are a view of the input. */
  static read(input: Buffer, at: number): { column: ByteColumn; at: number } {
    const length = input.readUInt32LE(at);
    at += 4;
    const ends = readNumbers(new Uint32Array(length), input, at);
    at += ends.byteLength;
    const size = length === 0 ? 0 : ends[length - 1];
    return { column: new ByteColumn(input.subarray(at, at + size), ends), at: at + size };
  }
}

const NOTHING = Buffer.alloc(0);

/** Builds a ByteColumn; its buffers double as they fill. */
export class ByteColumnBuilder implements Viewed {
  /** The bytes so far, valid up to `size`. A caller may write behind `size` after `reserve`, then call `endAt`. */
  bytes: Buffer;
  view: DataView;
  size = 0;
  private ends: Uint32Array;
  private count = 0;
  private usual = 0;

  /** @param bytes,count room to begin with */
  constructor(bytes = 1 << 12, count = 64) {
    this.bytes = Buffer.allocUnsafeSlow(bytes);
    this.view = viewOf(this.bytes);
    this.ends = new Uint32Array(count);
  }

  get length(): number {
    return this.count;
  }

  /** Makes room for `extra` more bytes. */
  reserve(extra: number): void {
    if (this.size + extra <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.size + extra, this.usual));
    this.bytes.copy(grown, 0, 0, this.size);
    this.bytes = grown;
    this.view = viewOf(grown);
  }

  /** Ends the current string at byte `size`, which the caller has written up to. */
  endAt(size: number): void {
    if (this.count === this.ends.length) this.growEnds(64);
    this.size = size;
    this.ends[this.count++] = size;
  }

  private growEnds(count: number): void {
    this.ends = lengthened(this.ends, Math.max(count, 2 * this.count));
  }

  /** Adds strings that stand one after the other, each with its end. */
  addAll(bytes: Uint8Array, ends: Uint32Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.size);
    const { count, size } = this;
    if (count + ends.length > this.ends.length) this.growEnds(count + ends.length);
    for (let i = 0; i < ends.length; i++) this.ends[count + i] = size + ends[i];
    this.size += bytes.length;
    this.count += ends.length;
  }

  /** Adds some of such strings, which are UTF-8. */
  addSome(view: DataView, ends: Uint32Array, rows: Uint32Array): void {
    let extra = WORD;
    for (const row of rows) extra += ends[row] - (row === 0 ? 0 : ends[row - 1]);
    this.reserve(extra);
    if (this.count + rows.length > this.ends.length) this.growEnds(this.count + rows.length);
    for (const row of rows) {
      this.size = copyText(view, row === 0 ? 0 : ends[row - 1], ends[row], this.view, this.size);
      this.ends[this.count++] = this.size;
    }
  }

  addText(text: string): void {
    this.reserve(3 * text.length);
    this.endAt(this.size + this.bytes.write(text, this.size, "utf8"));
  }

  /** Where string `i` starts. */
  start(i: number): number {
    return i === 0 ? 0 : this.ends[i - 1];
  }

  /** Where string `i` ends. */
  end(i: number): number {
    return this.ends[i];
  }

  /** A column of what was added; the builder is empty afterwards. Where there is hardly any room left, the bytes are not copied. */
  build(): ByteColumn {
    const { size } = this;
    const isTight = this.bytes.length - size <= size / 4;
    const bytes = isTight ? this.bytes.subarray(0, size) : Buffer.allocUnsafeSlow(size);
    if (!isTight) this.bytes.copy(bytes, 0, 0, size);
    const column = new ByteColumn(bytes, this.ends.slice(0, this.count));
    this.clear();
    if (isTight) {
      this.bytes = NOTHING;
      this.view = viewOf(NOTHING);
    }
    // The next column is like this one, as a rule.
    this.usual = size + size / 8;
    return column;
  }

  /** Forgets what was added, and keeps its room. */
  clear(): void {
    this.size = 0;
    this.count = 0;
  }
}
