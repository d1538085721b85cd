// Records of Avro files: every type, as fastavro and avsc write it, and what is no record.
import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { floatText } from "../../storage/json/number_text";
import { READING_DEFAULTS } from "../../storage/formats/input_format";
import { long, memoryFile, rawFile, readRows, streamedFile, writeWithAvsc } from "./avro_files";

const FIXTURES = path.resolve("test/storage/fixtures/avro");
const FIXTURE_NAMES = [
  "types",
  "logical",
  "unions",
  "codec-null",
  "codec-deflate",
  "codec-snappy",
  "codec-zstandard",
  "top-level",
  "no-rows",
];

function fixture(name: string): Buffer {
  return readFileSync(path.join(FIXTURES, `${name}.avro`));
}

function linesOf(name: string): string[] {
  const text = readFileSync(path.join(FIXTURES, `${name}.jsonl`), "utf8");
  return text.split("\n").slice(0, -1);
}

describe("a file of fastavro", () => {
  test.each(FIXTURE_NAMES)("%s", async (name) => {
    const { texts, unreadable } = await readRows(memoryFile(fixture(name)));
    expect(texts).toEqual(linesOf(name));
    expect(unreadable).toEqual([]);
  });

  test.each([1, 7, 100])("in chunks of %d bytes, and where its size is not known", async (chunk) => {
    for (const name of FIXTURE_NAMES) {
      expect((await readRows(memoryFile(fixture(name), chunk))).texts).toEqual(linesOf(name));
      expect((await readRows(streamedFile(fixture(name), chunk))).texts).toEqual(linesOf(name));
    }
  });

  test.each(["bzip2", "xz"])("with the codec %s is refused, saying so", async (codec) => {
    await expect(readRows(memoryFile(fixture(`codec-${codec}`)))).rejects.toMatchObject({
      code: "UNREADABLE_FILE",
      message: expect.stringContaining(`compressed with '${codec}', which is not read`) as string,
    });
  });
});

test("records are numbered from 1, and their offset is that of their block", async () => {
  const bytes = fixture("codec-null");
  const { numbers, offsets } = await readRows(memoryFile(bytes));
  expect(numbers).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  const sync = bytes.subarray(-16);
  const begins = [...new Set(offsets)];
  expect(begins.length).toBeGreaterThan(3);
  for (const begin of begins) expect(bytes.subarray(begin - 16, begin)).toEqual(sync);
});

test("batches end at the number of records that is asked for, across blocks", async () => {
  const options = { ...READING_DEFAULTS, batchSize: 7 };
  const rows = await readRows(memoryFile(fixture("codec-deflate")), undefined, options);
  expect(rows.texts).toEqual(linesOf("codec-deflate"));
});

test("names that Avro does not allow are read, and a type in braces too many", async () => {
  const schema = {
    type: {
      type: "record",
      name: "a-b",
      fields: [{ name: 'petal "length"', type: { type: ["null", "int"] } }],
    },
  };
  const data = Buffer.concat([long(1), long(5)]);
  const { texts } = await readRows(memoryFile(rawFile(schema, [{ count: 1, data }])));
  expect(texts).toEqual(['{"petal \\"length\\"":5}']);
});

test("a type is found by its name in the namespace where it is used", async () => {
  const e = (name: string, symbol: string) => ({ type: "enum", name, symbols: [symbol] });
  const schema = {
    type: "record",
    name: "x.R",
    fields: [
      { name: "a", type: e("E", "x") },
      { name: "b", type: { type: "array", items: e("y.E", "y") } },
      { name: "c", type: "E" },
      { name: "d", type: "x.E" },
      { name: "e", type: "y.E" },
      { name: "f", type: { type: "record", name: "S", namespace: "y", fields: [{ name: "g", type: "E" }] } },
    ],
  };
  const data = Buffer.concat([0, 0, 0, 0, 0, 0].map(long));
  const { texts } = await readRows(memoryFile(rawFile(schema, [{ count: 1, data }])));
  expect(texts).toEqual(['{"a":"x","b":[],"c":"x","d":"x","e":"y","f":{"g":"y"}}']);
});

test("UUIDs and durations of fixed size are texts", async () => {
  const fixed = (name: string, size: number) => ({ type: "fixed", name, size, logicalType: name });
  const schema = {
    type: "record",
    name: "R",
    fields: ["uuid", "duration"].map((name, i) => ({ name, type: fixed(name, [16, 12][i]) })),
  };
  const data = Buffer.alloc(28);
  for (let i = 0; i < 16; i++) data[i] = 17 * i;
  [1, 2, 3004].forEach((value, i) => data.writeUInt32LE(value, 16 + 4 * i));
  const { texts } = await readRows(memoryFile(rawFile(schema, [{ count: 1, data }])));
  expect(texts).toEqual(['{"uuid":"00112233-4455-6677-8899-aabbccddeeff","duration":"P1M2DT3.004S"}']);
});

test("texts that grow by their escapes are whole, whatever room there is", async () => {
  const room = 1 << 14;
  const texts = [0, 1, 2, 3].flatMap((escapes) =>
    [-4, -3, -2, -1, 0].map((more) => "\u0001".repeat(escapes) + "x".repeat(room - escapes + more)),
  );
  for (const text of texts) {
    const data = Buffer.concat([long(text.length), Buffer.from(text)]);
    const read = await readRows(memoryFile(rawFile("string", [{ count: 1, data }])));
    expect(read.texts[0] === JSON.stringify(text)).toBe(true);
  }
});

describe("a record that is none", () => {
  const file = (texts: Buffer[]): Buffer =>
    rawFile("string", [
      { count: texts.length, data: Buffer.concat(texts.flatMap((t) => [long(t.length), t])) },
    ]);

  test("because a string is not UTF-8 is told as such, and the next one is read", async () => {
    const bytes = file([Buffer.from("a"), Buffer.from([0x62, 0xff]), Buffer.from("c")]);
    const { texts, numbers, unreadable } = await readRows(memoryFile(bytes));
    expect(texts).toEqual(['"a"', '"c"']);
    expect(numbers).toEqual([1, 3]);
    expect(unreadable).toMatchObject([{ kind: "not_utf8", number: 2, content: '"b\ufffd"' }]);
  });

  test("because it is too long", async () => {
    const bytes = file([Buffer.alloc(101, "x"), Buffer.from("c")]);
    const options = { ...READING_DEFAULTS, maxRecordBytes: 100 };
    const { texts, unreadable } = await readRows(memoryFile(bytes), undefined, options);
    expect(texts).toEqual(['"c"']);
    expect(unreadable).toMatchObject([{ kind: "too_long", number: 1 }]);
  });

  test("because it is nested too deeply; so deeply that the stack is in danger, the file is refused", async () => {
    const schema = {
      type: "record",
      name: "List",
      fields: [{ name: "next", type: ["null", "List"] }],
    };
    const nested = (depth: number): Buffer => Buffer.concat([Buffer.alloc(depth - 1, long(1)), long(0)]);
    const two = rawFile(schema, [{ count: 2, data: Buffer.concat([nested(600), nested(1)]) }]);
    const { texts, unreadable } = await readRows(memoryFile(two));
    expect(texts).toEqual(['{"next":null}']);
    expect(unreadable).toMatchObject([{ kind: "not_json", number: 1 }]);
    const deep = rawFile(schema, [{ count: 1, data: nested(1_000_000) }]);
    await expect(readRows(memoryFile(deep))).rejects.toThrow(/record 1 of 1.*nested deeper than 1000/);
  });
});

/** A schema, a value as avsc takes it, and the JSON text that it should be read as. */
interface Sample {
  schema: unknown;
  value: unknown;
  text: string;
}

let names = 0;

const primitive: fc.Arbitrary<Sample> = fc.oneof(
  fc.constant({ schema: "null", value: null, text: "null" }),
  fc.boolean().map((value) => ({ schema: "boolean", value, text: String(value) })),
  fc.integer().map((value) => ({ schema: "int", value, text: String(value) })),
  fc
    .oneof(fc.maxSafeInteger(), fc.integer(), fc.integer({ min: -70, max: 70 }))
    // avsc writes what is below -2^52 wrong; "every 64-bit number" is a test of its own.
    .filter((value) => Math.abs(value) <= 2 ** 52)
    .map((value) => ({ schema: "long", value, text: Object.is(value, -0) ? "0" : String(value) })),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => ({ schema: "double", value, text: Object.is(value, -0) ? "-0" : JSON.stringify(value) })),
  fc
    .float({ noNaN: true, noDefaultInfinity: true })
    .map((value) => ({ schema: "float", value, text: floatText(value) })),
  fc.string({ unit: "binary" }).map((value) => ({ schema: "string", value, text: JSON.stringify(value) })),
);

const { sample } = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    primitive,
    fc.tuple(tie("sample"), fc.nat(3)).map(([{ schema, value, text }, n]) => ({
      schema: { type: "array", items: schema },
      value: new Array<unknown>(n).fill(value),
      text: `[${new Array<string>(n).fill(text).join(",")}]`,
    })),
    fc
      .tuple(tie("sample"), fc.uniqueArray(fc.stringMatching(/^[a-zé" ]{0,3}$/), { maxLength: 3 }))
      .map(([item, keys]) => ({
        schema: { type: "map", values: item.schema },
        value: Object.fromEntries(keys.map((key) => [key, item.value])),
        text: `{${keys.map((key) => `${JSON.stringify(key)}:${item.text}`).join(",")}}`,
      })),
    fc.array(tie("sample"), { maxLength: 4 }).map((items) => ({
      schema: {
        type: "record",
        name: `R${names++}`,
        fields: items.map(({ schema }, i) => ({ name: `f${i}`, type: schema })),
      },
      value: Object.fromEntries(items.map(({ value }, i) => [`f${i}`, value])),
      text: `{${items.map(({ text }, i) => `"f${i}":${text}`).join(",")}}`,
    })),
    primitive.map(({ schema, value, text }) => ({
      schema: ["null", "string", "double", "float", "int", "long", "boolean"],
      value: value === null ? null : { [schema as string]: value },
      text,
    })),
  ),
}));

test("values of any schema are read as avsc writes them", async () => {
  await fc.assert(
    fc.asyncProperty(sample, fc.nat(5), fc.constantFrom("null", "deflate"), async (one, copies, codec) => {
      const values = new Array<unknown>(copies).fill({ f: one.value });
      const schema = { type: "record", name: "Top", fields: [{ name: "f", type: one.schema }] };
      const bytes = await writeWithAvsc(schema, values, { codec, blockSize: 20 });
      const { texts } = await readRows(memoryFile(bytes, 50));
      expect(texts).toEqual(new Array<string>(copies).fill(`{"f":${one.text}}`));
    }),
    { numRuns: 300 },
  );
});

test("every 64-bit number keeps its digits", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), async (values) => {
      const data = Buffer.concat(values.map(bigLong));
      const { texts } = await readRows(memoryFile(rawFile("long", [{ count: values.length, data }])));
      expect(texts).toEqual(values.map(String));
    }),
  );
});

/** Avro's long, by its definition. */
function bigLong(value: bigint): Buffer {
  let rest = value >= 0n ? 2n * value : -2n * value - 1n;
  const bytes: number[] = [];
  for (; rest > 127n; rest /= 128n) bytes.push(Number(rest % 128n) + 128);
  return Buffer.from([...bytes, Number(rest)]);
}
