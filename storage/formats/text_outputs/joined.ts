// Lines that hold a record and its prediction one after the other, each as it is: the pair formats' one encoder.
import { viewOf } from "../../bytes";
import type { ByteColumn } from "../../byte_column";
import { copyText, LONG, WORD } from "../../text_words";
import type { FileEncoder, OutputFormat, OutputLayout, Rows } from "../output_format";
import { Selection } from "../selection";

/** Larger blocks get memory of their own. */
const MOST_KEPT = 4 << 20;

const NOTHING = Buffer.alloc(0);

/** A text that is copied into each line, with room behind it for the last word that is taken. */
interface Piece {
  view: DataView;
  size: number;
}

function pieceOf(text: string): Piece {
  const bytes = Buffer.from(text);
  return { view: viewOf(Buffer.concat([bytes, Buffer.alloc(WORD)])), size: bytes.length };
}

/** What stands around the two values of a line. */
interface Frame {
  before: Piece;
  between: Piece;
  after: Piece;
}

/** What a line is, as text around its values: with the record, and without it. */
export interface LineShape {
  joined: { before: string; between: string; after: string };
  alone: { before: string; after: string };
}

/** A format whose lines are records and predictions, each its compact JSON text, with fixed text around them. */
export function joinedLines(extension: string, { joined, alone }: LineShape): OutputFormat {
  const withRecord: Frame = {
    before: pieceOf(joined.before),
    between: pieceOf(joined.between),
    after: pieceOf(joined.after),
  };
  const withoutRecord: Frame = {
    before: pieceOf(""),
    between: pieceOf(alone.before),
    after: pieceOf(alone.after),
  };
  return {
    extension,
    isText: true,
    isPlainLines: true,
    encoder: (layout) =>
      new JoinedEncoder(layout, layout.join === "none" ? withoutRecord : withRecord, layout.join === "none"),
  };
}

class JoinedEncoder implements FileEncoder {
  private readonly selection: Selection | undefined;
  /** Memory that is used again: fresh memory costs more than all that is written to it. */
  private lines = NOTHING;

  constructor(
    layout: OutputLayout,
    private readonly frame: Frame,
    private readonly isAlone: boolean,
  ) {
    this.selection = layout.select === undefined || isAlone ? undefined : new Selection(layout.select);
  }

  header(): Buffer {
    return NOTHING;
  }

  async encode(rows: Rows): Promise<Buffer> {
    const { frame, isAlone, selection } = this;
    const predictions = predictionSpans(rows);
    const records = isAlone ? undefined : recordSpans(rows, selection);
    const fixed = frame.before.size + frame.between.size + frame.after.size;
    const size = (records?.size ?? 0) + predictions.size + predictions.ends.length * fixed;
    if (size + WORD > this.lines.length) this.lines = Buffer.allocUnsafeSlow(size + WORD);
    const { lines } = this;
    if (lines.length > MOST_KEPT) this.lines = NOTHING;
    return lines.subarray(0, writeLines(frame, records, predictions, viewOf(lines)));
  }

  async finish(): Promise<Buffer> {
    return NOTHING;
  }
}

/** Texts, wherever they stand. */
interface Spans {
  view: DataView;
  starts: Uint32Array;
  ends: Uint32Array;
  /** The bytes of all of them. */
  size: number;
}

function recordSpans(rows: Rows, selection: Selection | undefined): Spans {
  const { texts } = rows;
  if (selection !== undefined) return columnSpans(selection.apply(rows.records));
  return texts === undefined ? columnSpans(rows.records) : spans(texts.view, texts.starts, texts.middles);
}

function predictionSpans(rows: Rows): Spans {
  const { texts } = rows;
  return texts === undefined ? columnSpans(rows.predictions) : spans(texts.view, texts.middles, texts.ends);
}

function columnSpans({ view, bytes, ends }: ByteColumn): Spans {
  const starts = new Uint32Array(ends.length);
  for (let i = 1; i < starts.length; i++) starts[i] = ends[i - 1];
  return { view, starts, ends, size: bytes.length };
}

function spans(view: DataView, starts: Uint32Array, ends: Uint32Array): Spans {
  let size = 0;
  for (let i = 0; i < ends.length; i++) size += ends[i] - starts[i];
  return { view, starts, ends, size };
}

/** Writes a line for each prediction; returns the position behind them. One function without calls: they made it three times as slow. */
function writeLines(
  { before, between, after }: Frame,
  records: Spans | undefined,
  predictions: Spans,
  out: DataView,
): number {
  const { view: beforeText, size: beforeSize } = before;
  const { view: betweenText, size: betweenSize } = between;
  const { view: afterText, size: afterSize } = after;
  const { view: recordBytes, starts: recordStarts, ends: recordEnds } = records ?? predictions;
  const { view: predictionBytes, starts: predictionStarts, ends: predictionEnds } = predictions;
  // A word must not be taken from behind the texts.
  const recordLimit = recordBytes.byteLength - WORD + 1;
  const predictionLimit = predictionBytes.byteLength - WORD + 1;
  const isAlone = records === undefined;
  let at = 0;
  for (let i = 0; i < predictionEnds.length; i++) {
    for (let k = 0; k < beforeSize; k += WORD) out.setFloat64(at + k, beforeText.getFloat64(k, true), true);
    at += beforeSize;
    if (!isAlone) {
      const record = recordStarts[i];
      const end = recordEnds[i];
      const size = end - record;
      if (size >= LONG || end > recordLimit) copyText(recordBytes, record, end, out, at);
      else
        for (let k = 0; k < size; k += WORD)
          out.setFloat64(at + k, recordBytes.getFloat64(record + k, true), true);
      at += size;
    }
    for (let k = 0; k < betweenSize; k += WORD) out.setFloat64(at + k, betweenText.getFloat64(k, true), true);
    at += betweenSize;
    const prediction = predictionStarts[i];
    const end = predictionEnds[i];
    const size = end - prediction;
    if (size >= LONG || end > predictionLimit) copyText(predictionBytes, prediction, end, out, at);
    else
      for (let k = 0; k < size; k += WORD)
        out.setFloat64(at + k, predictionBytes.getFloat64(prediction + k, true), true);
    at += size;
    for (let k = 0; k < afterSize; k += WORD) out.setFloat64(at + k, afterText.getFloat64(k, true), true);
    at += afterSize;
  }
  return at;
}
