// Writes answers as JSON texts one behind the other; outputs that come again and again are checked and written once.
import { InvalidOutputError, type PredictionError } from "./errors";
import type { TextAnswers } from "./json_texts";
import type { SchemaCheck } from "./schema";

/** Outputs that are kept; a model of more classes than this writes each anew. */
const MOST_KNOWN = 1024;
/** Texts are copied eight bytes at a time (no UTF-8 is a NaN, whose bits might change), so up to 7 more are written. */
const WORD = 8;

const NULL = textOf(null);

/** A text with what is needed to copy it in words. */
interface KnownText {
  words: DataView;
  size: number;
}

function textOf(output: unknown): KnownText {
  const bytes = Buffer.from(JSON.stringify(output));
  const words = new DataView(new ArrayBuffer(Math.ceil(bytes.length / WORD) * WORD));
  bytes.forEach((byte, i) => words.setUint8(i, byte));
  return { words, size: bytes.length };
}

/** The texts of a model's outputs. */
export class OutputTexts {
  /** The texts of outputs that are deeply frozen and meet the schema: they can be nothing else any more. */
  private readonly known = new Map<unknown, KnownText>();
  /** How many bytes a text had lately, to know how much room others need. */
  private usual = 32;

  constructor(private readonly check: SchemaCheck) {}

  /** Begins with the answers of `rows` texts. */
  begin(rows: number): AnswerTexts {
    return new AnswerTexts(this, rows, Math.ceil(rows * this.usual));
  }

  /** The text of an output that is known; undefined for another. */
  knownText(output: unknown): KnownText | undefined {
    return this.known.get(output);
  }

  /** The text of an output that is not known, or what is wrong with it. */
  text(output: unknown, isChecked: boolean): KnownText | string | InvalidOutputError {
    const violation = isChecked ? undefined : this.check(output);
    if (violation) return new InvalidOutputError(violation.field, violation.reason);
    if (this.known.size === MOST_KNOWN || !isConstant(output)) return JSON.stringify(output);
    const text = textOf(output);
    this.known.set(output, text);
    return text;
  }

  /** Tells how much room texts needed. */
  learn(bytes: number, rows: number): void {
    if (rows > 0) this.usual = bytes / rows + 1;
  }
}

/** Whether a value is plain data that nobody can change. */
function isConstant(value: unknown): boolean {
  if (typeof value !== "object") return typeof value === "string" || typeof value === "number";
  if (value === null) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Object.isFrozen(value) || (prototype !== Object.prototype && prototype !== Array.prototype))
    return false;
  return Object.values(Object.getOwnPropertyDescriptors(value)).every(
    (property) => "value" in property && isConstant(property.value),
  );
}

/** Takes answers one by one. */
export class AnswerTexts {
  private bytes: Buffer;
  private words: DataView;
  private size = 0;
  private readonly ends: Uint32Array<ArrayBuffer>;
  private row = 0;
  private readonly errors: { row: number; error: PredictionError }[] = [];

  constructor(
    private readonly texts: OutputTexts,
    rows: number,
    bytes: number,
  ) {
    this.bytes = Buffer.allocUnsafeSlow(bytes + WORD);
    this.words = new DataView(this.bytes.buffer);
    this.ends = new Uint32Array(rows);
  }

  /** @param isChecked whether it is known to meet the schema */
  addOutput(output: unknown, isChecked: boolean): void {
    const text = this.texts.knownText(output) ?? this.texts.text(output, isChecked);
    if (text instanceof InvalidOutputError) {
      this.addError(text);
    } else if (typeof text === "string") {
      this.reserve(3 * text.length);
      this.size += this.bytes.write(text, this.size);
      this.ends[this.row++] = this.size;
    } else {
      this.addText(text);
    }
  }

  /** Adds outputs none of which was checked. */
  addOutputs(outputs: readonly unknown[], from: number, to: number): void {
    const { texts } = this;
    // The one before is often the same again.
    let last: unknown;
    let lastText: KnownText | undefined;
    for (let i = from; i < to; i++) {
      const output = outputs[i];
      if (output !== last || lastText === undefined) {
        last = output;
        lastText = texts.knownText(output);
      }
      if (lastText === undefined) this.addOutput(output, false);
      else this.addText(lastText);
    }
  }

  addError(error: PredictionError): void {
    this.errors.push({ row: this.row, error });
    this.addText(NULL);
  }

  build(): TextAnswers {
    const { size, ends, errors } = this;
    this.texts.learn(size, ends.length);
    // Whoever keeps the texts keeps what is unused behind them, too.
    const isTight = this.bytes.length - size <= size / 4;
    const bytes = this.bytes.subarray(0, size);
    return { bytes: isTight ? bytes : Buffer.from(bytes), ends, errors };
  }

  private addText({ words, size }: KnownText): void {
    this.reserve(size);
    const target = this.words;
    const at = this.size;
    for (let i = 0; i < size; i += WORD) target.setFloat64(at + i, words.getFloat64(i, true), true);
    this.size = at + size;
    this.ends[this.row++] = this.size;
  }

  private reserve(extra: number): void {
    const needed = this.size + extra + WORD;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, needed));
    this.bytes.copy(grown, 0, 0, this.size);
    this.bytes = grown;
    this.words = new DataView(grown.buffer);
  }
}
