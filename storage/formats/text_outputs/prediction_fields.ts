// The fields of one prediction after the other, under the names by which they are written beside a record's.
import { copyBytes } from "../../bytes";
import { visitMembers, type VisitMember } from "../../json/members";
import type { OutputLayout } from "../output_format";
import { NameReader, type NameNumbers } from "./field_names";

const COMMA = 0x2c;
const LOWER_N = 0x6e;
const NULL = Buffer.from("null");

/** The field that a prediction becomes which is no object. */
const WHOLE = "prediction";

/** The fields of the prediction that was read last; of several of one name the last counts. */
export class PredictionFields {
  /** Whether there is no prediction: each field is null. */
  isNull = false;
  /** Bytes that `write` writes. */
  size = 0;

  private readonly names: NameReader;
  /** By the number of a name: what its field begins with (`,"species":`), and where its value was set last. */
  private readonly heads: (Buffer | undefined)[] = [];
  private readonly readings: number[] = [];
  private readonly slots: number[] = [];
  private reading = 0;
  /** Of each field at hand, in their order: its name, and its value in `source`. */
  private readonly fields: number[] = [];
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private count = 0;
  private source: Buffer = NULL;

  /** @param numbers what names are known by, those of records too */
  constructor(
    private readonly layout: OutputLayout,
    private readonly numbers: NameNumbers,
  ) {
    this.names = new NameReader((name) => this.numberOf(name));
  }

  /** How many spellings of names were met. */
  get spellings(): number {
    return this.names.size;
  }

  /** Whether one of the fields is written under the name of that number. */
  has(number: number): boolean {
    return this.readings[number] === this.reading;
  }

  /** Reads the prediction `source[from..to)`, a compact JSON text. */
  read(source: Buffer, from: number, to: number): void {
    this.reading++;
    this.count = 0;
    this.size = 0;
    this.source = source;
    this.names.startRow();
    this.isNull = source[from] === LOWER_N;
    if (this.isNull) this.setNulls();
    else if (!visitMembers(source, from, to, this.setMember)) this.set(this.numberOf(WHOLE), from, to);
  }

  /** Writes the fields, a comma before each; returns the position behind them. */
  write(out: Buffer, at: number): number {
    const { source, fields, heads, starts, ends } = this;
    for (let i = 0; i < this.count; i++) {
      const head = heads[fields[i]]!;
      at = copyBytes(head, 0, head.length, out, at);
      at = copyBytes(source, starts[i], ends[i], out, at);
    }
    return at;
  }

  private setNulls(): void {
    const { predictionFields } = this.layout;
    this.source = NULL;
    for (const name of predictionFields.length > 0 ? predictionFields : [WHOLE]) {
      this.set(this.numberOf(name), 0, NULL.length);
    }
  }

  private readonly setMember: VisitMember = (nameFrom, nameTo, valueFrom, valueTo) => {
    this.set(this.names.read(this.source, nameFrom, nameTo), valueFrom, valueTo);
  };

  private set(number: number, from: number, to: number): void {
    if (this.has(number)) {
      const slot = this.slots[number];
      this.size += to - from - (this.ends[slot] - this.starts[slot]);
      this.starts[slot] = from;
      this.ends[slot] = to;
      return;
    }
    const slot = this.count++;
    this.readings[number] = this.reading;
    this.slots[number] = slot;
    this.fields[slot] = number;
    this.starts[slot] = from;
    this.ends[slot] = to;
    this.size += this.heads[number]!.length + to - from;
  }

  /** The number of the name under which a field is written. */
  private numberOf(field: string): number {
    const name = this.layout.predictionPrefix + field;
    const number = this.numbers.of(name);
    this.heads[number] ??= Buffer.concat([Buffer.of(COMMA), Buffer.from(`${JSON.stringify(name)}:`)]);
    return number;
  }
}
