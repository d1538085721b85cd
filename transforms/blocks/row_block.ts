// Rows that stand in one buffer, each a record and behind it its prediction: a block that need not be copied to be written.
import { ByteColumn, type RowTexts, type Viewed } from "../../storage";
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
    return (this.recordColumn ??= ByteColumn.gathered(view, starts, middles));
  }

  get predictions(): ByteColumn {
    const { view, middles, ends } = this.texts;
    return (this.predictionColumn ??= ByteColumn.gathered(view, middles, ends));
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
function moved({ view, starts, middles, ends }: RowTexts): RowTexts {
  const column = ByteColumn.gathered(view, starts, ends);
  const movedStarts = Uint32Array.from(starts, (_, i) => column.start(i));
  return {
    bytes: column.bytes,
    view: column.view,
    starts: movedStarts,
    middles: middles.map((middle, i) => movedStarts[i] + middle - starts[i]),
    ends: column.ends,
  };
}
