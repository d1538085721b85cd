// Lines in which a record's fields and its prediction's stand side by side in one object.
import { ByteColumnBuilder } from "../../byte_column";
import { copyBytes } from "../../bytes";
import { UnwritableRowError } from "../../errors";
import { memberName, visitMembers, type VisitMember } from "../../json/members";
import type { FileEncoder, OutputLayout, Rows } from "../output_format";
import { Selection } from "../selection";
import { NameNumbers, NameReader } from "./field_names";
import { PredictionFields } from "./prediction_fields";

const LF = 0x0a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The field that a record becomes which is no object. */
const WHOLE_NAME = Buffer.from('"record"');
const WHOLE_HEAD = Buffer.from(',"record":');

/** So many names are remembered before all are forgotten: records may have ids for names. */
const MAX_NAMES = 4096;

const NOTHING = Buffer.alloc(0);

/**
 * Writes the record's fields as they are, then the prediction's, whose names begin with the prefix. A name that both
 * have is a fault; but where there is no prediction the record's field is left out, or it would be taken for one.
 */
export class MergedEncoder implements FileEncoder {
  private readonly isAlone: boolean;
  private readonly selection: Selection | undefined;
  private numbers!: NameNumbers;
  private recordNames!: NameReader;
  private prediction!: PredictionFields;
  /** The record at hand is in this buffer; whether a field of it was found whose name is a prediction's. */
  private source: Buffer = NOTHING;
  private hasConflict = false;
  /** Where members that are copied one by one go. */
  private out: Buffer = NOTHING;
  private at = 0;

  constructor(private readonly layout: OutputLayout) {
    this.isAlone = layout.join === "none";
    this.selection = layout.select === undefined || this.isAlone ? undefined : new Selection(layout.select);
    this.forgetNames();
  }

  header(): Buffer {
    return NOTHING;
  }

  async encode({ records, predictions }: Rows): Promise<Buffer> {
    if (this.selection !== undefined) records = this.selection.apply(records);
    const recordBytes = this.isAlone ? 0 : records.bytes.length;
    const lines = new ByteColumnBuilder(recordBytes + predictions.bytes.length + 32 * predictions.length, 0);
    for (let i = 0; i < predictions.length; i++) {
      if (this.numbers.size + this.recordNames.size + this.prediction.spellings > MAX_NAMES)
        this.forgetNames();
      this.prediction.read(predictions.bytes, predictions.start(i), predictions.ends[i]);
      if (this.isAlone) this.addLine(lines, NOTHING, 0, 0);
      else this.addLine(lines, records.bytes, records.start(i), records.ends[i]);
    }
    return lines.bytes.subarray(0, lines.size);
  }

  async finish(): Promise<Buffer> {
    return NOTHING;
  }

  private forgetNames(): void {
    const numbers = new NameNumbers();
    this.numbers = numbers;
    this.recordNames = new NameReader((name) => numbers.of(name));
    this.prediction = new PredictionFields(this.layout, numbers);
  }

  /** Adds the line of the record `source[from..to)`, none where that is empty, and of the prediction at hand. */
  private addLine(lines: ByteColumnBuilder, source: Buffer, from: number, to: number): void {
    const { prediction } = this;
    lines.reserve(to - from + WHOLE_HEAD.length + prediction.size + 4);
    const { bytes, size } = lines;
    // Members are written with a comma before each; the first comma becomes the brace.
    let at = to > from ? this.writeRecord(source, from, to, bytes, size) : size;
    at = prediction.write(bytes, at);
    if (at === size) at++;
    bytes[size] = OPEN_BRACE;
    bytes[at++] = CLOSE_BRACE;
    bytes[at++] = LF;
    lines.size = at;
  }

  /** Writes the members of a record, a comma before each; returns the position behind them. */
  private writeRecord(source: Buffer, from: number, to: number, out: Buffer, at: number): number {
    this.source = source;
    this.hasConflict = false;
    this.recordNames.startRow();
    if (!visitMembers(source, from, to, this.checkMember)) {
      this.source = WHOLE_NAME;
      this.checkMember(0, WHOLE_NAME.length, 0, 0);
      if (this.hasConflict) return at;
      at = copyBytes(WHOLE_HEAD, 0, WHOLE_HEAD.length, out, at);
      return copyBytes(source, from, to, out, at);
    }
    if (!this.hasConflict) {
      // All that is between the braces; the opening one stands where the comma would.
      return to - from === 2 ? at : copyBytes(source, from, to - 1, out, at);
    }
    this.recordNames.startRow();
    this.out = out;
    this.at = at;
    visitMembers(source, from, to, this.copyMember);
    return this.at;
  }

  private readonly checkMember: VisitMember = (nameFrom, nameTo) => {
    if (!this.prediction.has(this.recordNames.read(this.source, nameFrom, nameTo))) return;
    if (!this.prediction.isNull) throw conflict(memberName(this.source, nameFrom, nameTo));
    this.hasConflict = true;
  };

  private readonly copyMember: VisitMember = (nameFrom, nameTo, _valueFrom, valueTo) => {
    if (this.prediction.has(this.recordNames.read(this.source, nameFrom, nameTo))) return;
    this.out[this.at] = COMMA;
    this.at = copyBytes(this.source, nameFrom, valueTo, this.out, this.at + 1);
  };
}

function conflict(name: string): UnwritableRowError {
  return new UnwritableRowError(
    `A record has a field ${JSON.stringify(name)}, and so has its prediction; they can't stand side by side. Give the ` +
      "prediction's fields other names (--prediction_prefix predicted_), or leave the record's out (--select).",
  );
}
