// Writes rows with a format of lines, and gives back its lines.
import { ByteColumn } from "../../storage/byte_column";
import type { OutputFormat, OutputLayout } from "../../storage/formats/output_format";

export type Row = [record: string, prediction: string];

export const LAYOUT: OutputLayout = {
  join: "input",
  predictionPrefix: "",
  predictionFields: ["species"],
  columns: [],
};

const LF = 0x0a;

/** The lines of rows that are written in blocks. */
export async function linesOf(
  format: OutputFormat,
  blocks: readonly (readonly Row[])[],
  layout: Partial<OutputLayout> = {},
): Promise<string[]> {
  const encoder = format.encoder({ ...LAYOUT, ...layout }, "job");
  const parts = [encoder.header()];
  for (const rows of blocks) {
    const records = ByteColumn.of(rows.map(([record]) => record));
    const predictions = ByteColumn.of(rows.map(([, prediction]) => prediction));
    // The next call may overwrite the bytes.
    parts.push(Buffer.from(await encoder.encode({ records, predictions })));
  }
  parts.push(await encoder.finish());
  // Those of other files may come in between.
  if (format.isPlainLines) for (const part of parts) expect([undefined, LF]).toContain(part.at(-1));
  const text = Buffer.concat(parts).toString();
  if (text === "") return [];
  expect(text.endsWith("\n")).toBe(true);
  return text.slice(0, -1).split("\n");
}
