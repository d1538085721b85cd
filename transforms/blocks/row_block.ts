// Rows that stand in one buffer, each a record and behind it its prediction: a block that need not be copied to be written.
import { ByteColumn, viewOf, type RowTexts, type Viewed } from "../../storage";
import { copyText, WORD } from "../../storage/text_words";
import type { PredictionBlock } from "./prediction_block";

/** Where fewer than one of so many rows are kept, they are copied, and the buffer is let go. */
const MOST_FOR_ONE = 2;

/** A PredictionBlock whose columns are made when they are asked for: to copy all texts into columns took 130 ns a row. */
export class RowBlock implements PredictionBlock, Viewed {
  private recordColumn: ByteColumn | undefined;
  private predictionColumn: ByteColumn | undefined;

  constructor(
    readonly texts: RowTexts,
    readonly outcomes: Uint8Array,
  ) {}

  get length(): number {
    return this.outcomes.length;
  }

  get records(): ByteColumn {
    const { view, starts, middles } = this.texts;
    return (this.recordColumn ??= gathered(view, starts, middles));
  }

  get predictions(): ByteColumn {
    const { view, middles, ends } = this.texts;
    return (this.predictionColumn ??= gathered(view, middles, ends));
  }

  /** The buffer, and where in it record `i` starts and ends. */
  get bytes(): Buffer {
    return this.texts.bytes;
  }

  get view(): DataView {
    return this.texts.view;
  }

  start(i: number): number {
    return this.texts.starts[i];
  }

  end(i: number): number {
    return this.texts.middles[i];
  }

  /** Some of the rows. */
  pick(rows: Uint32Array): RowBlock {
    const { bytes, view, starts, middles, ends } = this.texts;
    const picked = {
      bytes,
      view,
      starts: pickNumbers(starts, rows),
      middles: pickNumbers(middles, rows),
      ends: pickNumbers(ends, rows),
    };
    const outcomes = new Uint8Array(rows.length);
    for (let k = 0; k < rows.length; k++) outcomes[k] = this.outcomes[rows[k]];
    const isMuch = MOST_FOR_ONE * rows.length >= this.length;
    return new RowBlock(isMuch ? picked : moved(picked), outcomes);
  }
}

function pickNumbers(numbers: Uint32Array, rows: Uint32Array): Uint32Array {
  const picked = new Uint32Array(rows.length);
  for (let k = 0; k < rows.length; k++) picked[k] = numbers[rows[k]];
  return picked;
}

/** The same rows in a buffer of their own. */
function moved({ view: from, starts, middles, ends }: RowTexts): RowTexts {
  let size = 0;
  for (let i = 0; i < starts.length; i++) size += ends[i] - starts[i];
  const bytes = Buffer.allocUnsafeSlow(size + WORD);
  const view = viewOf(bytes);
  const moved = {
    bytes,
    view,
    starts: new Uint32Array(starts),
    middles: new Uint32Array(middles),
    ends: new Uint32Array(ends),
  };
  for (let i = 0, at = 0; i < starts.length; i++) {
    moved.starts[i] = at;
    moved.middles[i] = at + middles[i] - starts[i];
    at = copyText(from, starts[i], ends[i], view, at);
    moved.ends[i] = at;
  }
  return moved;
}

/** A column of texts that stand anywhere. */
function gathered(view: DataView, starts: Uint32Array, ends: Uint32Array): ByteColumn {
  let size = 0;
  for (let i = 0; i < starts.length; i++) size += ends[i] - starts[i];
  const bytes = Buffer.allocUnsafeSlow(size + WORD);
  const target = viewOf(bytes);
  const gatheredEnds = new Uint32Array(starts.length);
  for (let i = 0, at = 0; i < starts.length; i++)
    gatheredEnds[i] = at = copyText(view, starts[i], ends[i], target, at);
  return new ByteColumn(bytes.subarray(0, size), gatheredEnds);
}
