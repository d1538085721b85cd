// Lines that hold a record and its prediction one after the other, each as it is: the pair formats' one encoder.
import { copyBytes } from "../../bytes";
import type { FileEncoder, OutputFormat, OutputLayout, Rows } from "../output_format";
import { Selection } from "../selection";

const NOTHING = Buffer.alloc(0);

/** What stands around the two values of a line. */
interface Frame {
  before: Buffer;
  between: Buffer;
  after: Buffer;
}

/** What a line is, as text around its values: with the record, and without it. */
export interface LineShape {
  joined: { before: string; between: string; after: string };
  alone: { before: string; after: string };
}

/** A format whose lines are records and predictions, each its compact JSON text, with fixed text around them. */
export function joinedLines(extension: string, { joined, alone }: LineShape): OutputFormat {
  const withRecord: Frame = {
    before: Buffer.from(joined.before),
    between: Buffer.from(joined.between),
    after: Buffer.from(joined.after),
  };
  const withoutRecord: Frame = {
    before: NOTHING,
    between: Buffer.from(alone.before),
    after: Buffer.from(alone.after),
  };
  return {
    extension,
    isText: true,
    encoder: (layout) =>
      new JoinedEncoder(layout, layout.join === "none" ? withoutRecord : withRecord, layout.join === "none"),
  };
}

class JoinedEncoder implements FileEncoder {
  private readonly selection: Selection | undefined;

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

  async encode({ records, predictions }: Rows): Promise<Buffer> {
    const { before, between, after } = this.frame;
    const { isAlone } = this;
    const rows = predictions.length;
    if (this.selection !== undefined) records = this.selection.apply(records);
    const fixed = before.length + between.length + after.length;
    const lines = Buffer.allocUnsafe(
      (isAlone ? 0 : records.bytes.length) + predictions.bytes.length + rows * fixed,
    );
    let at = 0;
    for (let i = 0; i < rows; i++) {
      at = copyBytes(before, 0, before.length, lines, at);
      if (!isAlone) at = copyBytes(records.bytes, records.start(i), records.ends[i], lines, at);
      at = copyBytes(between, 0, between.length, lines, at);
      at = copyBytes(predictions.bytes, predictions.start(i), predictions.ends[i], lines, at);
      at = copyBytes(after, 0, after.length, lines, at);
    }
    return lines.subarray(0, at);
  }

  async finish(): Promise<Buffer> {
    return NOTHING;
  }
}
