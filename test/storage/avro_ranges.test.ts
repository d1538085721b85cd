// Avro files read in ranges: wherever the cuts are, each record is in exactly one of them.
import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { avroInput } from "../../storage/formats/avro";
import { READING_DEFAULTS, type InputFile } from "../../storage/formats/input_format";
import { long, memoryFile, rawFile, readRows } from "./avro_files";

/** 25 blocks, from empty ones to some of fifty bytes. */
const BLOCKS = Array.from({ length: 25 }, (_, i) => {
  const values = Array.from({ length: (i * 7) % 23 }, (_, j) => i * 100 + j);
  return { count: values.length, data: Buffer.concat(values.map(long)), values };
});
const BYTES = rawFile("long", BLOCKS);
const TEXTS = BLOCKS.flatMap(({ values }) => values.map(String));

async function readCut(file: InputFile, cuts: readonly number[]): Promise<string[]> {
  const places = [0, ...cuts, file.size!];
  const texts: string[] = [];
  for (let i = 0; i + 1 < places.length; i++) {
    texts.push(...(await readRows(file, { start: places[i], end: places[i + 1] })).texts);
  }
  return texts;
}

test("cut in two at every byte", async () => {
  const file = memoryFile(BYTES, 64);
  for (let cut = 1; cut < BYTES.length; cut++) expect(await readCut(file, [cut])).toEqual(TEXTS);
});

test("a block is in the range in which it begins, right behind the marker before it", async () => {
  const file = memoryFile(BYTES, 64);
  const { offsets } = await readRows(file);
  for (const begin of new Set(offsets)) {
    const here = TEXTS.filter((_, i) => offsets[i] === begin);
    expect((await readRows(file, { start: begin, end: begin + 1 })).texts).toEqual(here);
  }
});

test("cut anywhere, any number of times, read in any chunks", async () => {
  const cut = fc.integer({ min: 1, max: BYTES.length - 1 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(cut, { maxLength: 20 }),
      fc.integer({ min: 1, max: 200 }),
      async (cuts, chunk) => {
        cuts.sort((a, b) => a - b);
        expect(await readCut(memoryFile(BYTES, chunk), cuts)).toEqual(TEXTS);
      },
    ),
  );
});

test("`split` covers the file, and only the first range knows its numbers", async () => {
  const file = memoryFile(BYTES);
  for (const size of [1, 10, 100, 300, BYTES.length, 10 * BYTES.length]) {
    const texts: string[] = [];
    for await (const range of avroInput.split!(file, size, READING_DEFAULTS)) {
      const rows = await readRows(file, range);
      texts.push(...rows.texts);
      const known = rows.numbers.filter((number) => !Number.isNaN(number));
      expect(known).toEqual(range.start === 0 ? rows.texts.map((_, i) => i + 1) : []);
    }
    expect(texts).toEqual(TEXTS);
  }
});

test("compressed blocks are cut as well", async () => {
  const folder = path.resolve("test/storage/fixtures/avro");
  for (const codec of ["deflate", "snappy", "zstandard"]) {
    const bytes = readFileSync(path.join(folder, `codec-${codec}.avro`));
    const whole = (await readRows(memoryFile(bytes))).texts;
    expect(whole).toHaveLength(60);
    for (let cut = 1; cut < bytes.length; cut += 11)
      expect(await readCut(memoryFile(bytes, 32), [cut])).toEqual(whole);
  }
});

test("a range reads the header, its own bytes and the rest of its last block, not the file", async () => {
  const large = Array.from({ length: 100 }, (_, i) => ({
    count: 1,
    data: Buffer.concat([long(10_000), Buffer.alloc(10_000, 97 + (i % 26))]),
  }));
  const bytes = rawFile("string", large);
  const whole = memoryFile(bytes, 1000);
  let read = 0;
  const counted: InputFile = {
    name: whole.name,
    size: bytes.length,
    async *read(start, end) {
      for await (const chunk of whole.read(start, end)) {
        read += chunk.length;
        yield chunk;
      }
    },
  };
  const { texts } = await readRows(counted, { start: 500_000, end: 520_000 });
  expect(texts).toHaveLength(2);
  expect(read).toBeLessThan(40_000);
});

test("damage in a range's last block is found by that range, though its end is another's", async () => {
  const blocks = BLOCKS.slice(0, 3).map(({ count, data }) => ({ count, data }));
  const bytes = rawFile("long", [...blocks, { count: 1, data: long(5), sync: Buffer.alloc(16) }, ...blocks]);
  const damaged = bytes.indexOf(Buffer.alloc(16)) - 3;
  const file = memoryFile(bytes);
  await expect(readRows(file, { start: 0, end: damaged + 1 })).rejects.toThrow(
    `at byte ${damaged} is damaged`,
  );
  expect((await readRows(file, { start: 0, end: damaged })).texts.length).toBeGreaterThan(0);
});
