// Files of records in every format, and outputs of every format read back: what the tests of formats stand on.
import { ByteColumn, fileSystemOf, newJobId, type StorageSettings } from "../../storage";
import {
  fileEncoder,
  inputFormat,
  mergeFiles,
  outputLayout,
  READING_DEFAULTS,
  type InputFormatName,
  type OutputFormatName,
} from "../../storage/formats";
import type { ModelSchemas } from "../../storage/formats/output_layout";

/** What the storage room needs to make a file of records: their texts, and the schemas of a model that takes them. */
export interface Records {
  texts: readonly string[];
  schemas: ModelSchemas;
}

/** The bytes of a file that holds records. */
export async function fileOf(format: InputFormatName, { texts, schemas }: Records): Promise<Buffer> {
  if (format === "jsonl") return Buffer.from(texts.map((text) => `${text}\n`).join(""));
  if (format === "json") return Buffer.from(`[\n  ${texts.join(",\n  ")}\n]\n`);
  const layout = outputLayout(schemas, {}, false);
  const columns = layout.columns.filter(({ source }) => source === "record");
  const encoder = fileEncoder({ format, layout: { ...layout, columns } }, "test");
  const rows = { records: ByteColumn.of(texts), predictions: ByteColumn.of(texts.map(() => "null")) };
  return Buffer.concat([encoder.header(), await encoder.encode(rows), await encoder.finish()]);
}

/** Stores a file anywhere, as a job would. */
export async function store(path: string, content: Buffer, storage: StorageSettings = {}): Promise<void> {
  const output = fileSystemOf(path, storage).stage(path, newJobId());
  const writer = await output.createShard();
  if (content.length > 0) await writer.write(content);
  await writer.close();
  await output.commit({
    shards: [writer.path],
    extension: "",
    merge: (shards) =>
      mergeFiles(
        { format: "lines", layout: outputLayout({ inputSchema: {}, outputSchema: {} }, {}, false) },
        "",
        shards,
      ),
    success: {},
  });
}

/** The content of the files that a pattern names, in the order of their names. */
export async function load(pattern: string, storage: StorageSettings = {}): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  const files = fileSystemOf(pattern, storage);
  for await (const file of files.list(pattern)) {
    const chunks: Buffer[] = [];
    for await (const chunk of files.read(file, 0, file.size)) chunks.push(chunk);
    contents.set(file.path, Buffer.concat(chunks));
  }
  return contents;
}

/** A row of an output: the record's fields and the prediction. */
export interface Row {
  record: Record<string, unknown>;
  prediction: unknown;
}

/** The rows of an output's file, its record's and its prediction's fields apart. */
export async function rowsOf(
  format: OutputFormatName,
  content: Buffer,
  { schemas }: Records,
): Promise<Row[]> {
  const lines = (): string[] => content.toString("utf8").split("\n").slice(0, -1);
  if (format === "tsv-json") {
    return lines().map((line) => {
      const [record, prediction] = line.split("\t").map((text) => JSON.parse(text) as unknown);
      return { record: record as Row["record"], prediction };
    });
  }
  if (format === "jsonl") {
    return lines().map((line) => {
      const { input, prediction } = JSON.parse(line) as { input: Row["record"]; prediction: unknown };
      return { record: input, prediction };
    });
  }
  const { columns } = outputLayout(schemas, {}, false);
  const flat =
    format === "jsonl-merged"
      ? lines().map((line) => JSON.parse(line) as Record<string, unknown>)
      : await readBack(format, content, columns);
  const predicted = columns.filter(({ source }) => source === "prediction");
  return flat.map((row) => {
    const record = Object.fromEntries(
      Object.entries(row).filter(
        ([name, value]) => !predicted.some((column) => column.name === name) && value !== null,
      ),
    );
    const values = predicted.map(({ field, name }) => [field, row[name]] as const);
    const isNull = values.every(([, value]) => value === null || value === undefined);
    const prediction: unknown = isNull ? null : Object.fromEntries(values);
    return { record, prediction };
  });
}

/** The rows of a file in a format that is also read, with the types that its columns were written with. */
async function readBack(
  format: InputFormatName,
  content: Buffer,
  columns: ReturnType<typeof outputLayout>["columns"],
): Promise<Record<string, unknown>[]> {
  const types = {
    double: "number",
    int64: "integer",
    boolean: "boolean",
    string: "string",
    json: "object",
  } as const;
  const fieldTypes = Object.fromEntries(
    columns.map(({ name, type }) => [
      name,
      type === "json" ? (["array", "object", "null"] as const) : [types[type], "null" as const],
    ]),
  );
  const file = {
    name: "output",
    size: content.length,
    async *read(start: number, end: number) {
      if (start < content.length) yield content.subarray(start, end);
    },
  };
  const range = { start: 0, end: content.length, first: 1 };
  const rows: Record<string, unknown>[] = [];
  for await (const { records, unreadable } of inputFormat(format).read(file, range, {
    ...READING_DEFAULTS,
    fieldTypes,
  })) {
    expect(unreadable).toEqual([]);
    for (const text of records.texts()) rows.push(JSON.parse(text) as Record<string, unknown>);
  }
  return rows;
}
