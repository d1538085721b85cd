// Files that an encoder makes, compressed: whole, empty, put together, and given up half way.
import { execFileSync } from "node:child_process";
import { gunzipSync } from "node:zlib";
import { decompress } from "fzstd";
import { UnwritableRowError } from "../../storage";
import { compressed } from "../../storage/formats/compression";
import { contentOf, fileOf, plainEncoder, rowsOf } from "./compressing";

const ROWS = Buffer.from('{"a":1}\n'.repeat(1000));

describe.each(["gzip", "zstd"] as const)("%s", (compression) => {
  it("holds header, rows and end", async () => {
    const file = await fileOf(compression, [ROWS, ROWS], plainEncoder("head\n", "end\n"));
    expect((await contentOf(compression, file)).toString()).toBe(
      `head\n${ROWS.toString()}${ROWS.toString()}end\n`,
    );
  });

  it("is small", async () => {
    expect((await fileOf(compression, [ROWS])).length).toBeLessThan(100);
  });

  it("of nothing is a file of nothing, not nothing", async () => {
    for (const blocks of [[], [Buffer.alloc(0)]]) {
      const file = await fileOf(compression, blocks);
      expect(file.length).toBeGreaterThan(0);
      expect(await contentOf(compression, file)).toHaveLength(0);
      const plain = compression === "gzip" ? gunzipSync(file) : decompress(file);
      expect(plain).toHaveLength(0);
    }
  });

  it("has a header that is the same each time, and whose length is what is cut off when files are put together", async () => {
    const head = "one,two\n".repeat(30_000);
    const length = compressed(plainEncoder(head), compression).header().length;
    const [first, second, empty] = await Promise.all([
      fileOf(compression, [Buffer.from("1,2\n")], plainEncoder(head)),
      fileOf(compression, [Buffer.from("3,4\n")], plainEncoder(head)),
      fileOf(compression, [], plainEncoder(head)),
    ]);
    expect(first.subarray(0, length).equals(second.subarray(0, length))).toBe(true);
    expect(empty).toHaveLength(length);
    const whole = Buffer.concat([first, empty.subarray(length), second.subarray(length)]);
    expect((await contentOf(compression, whole)).toString() === `${head}1,2\n3,4\n`).toBe(true);
  });

  it("without a header has none", () => {
    expect(compressed(plainEncoder(), compression).header()).toHaveLength(0);
  });

  it("keeps the order of many members, and gives them out on the way", async () => {
    const file = compressed(plainEncoder(), compression);
    const parts: Buffer[] = [];
    const blocks = Array.from({ length: 12 }, (_, i) => Buffer.alloc(900_000 + 77_777 * (i % 3), `${i}, `));
    for (const block of blocks) parts.push(await file.encode(rowsOf(block)));
    expect(Buffer.concat(parts).length).toBeGreaterThan(0);
    parts.push(await file.finish());
    expect((await contentOf(compression, Buffer.concat(parts))).equals(Buffer.concat(blocks))).toBe(true);
  });

  it("does not hold on to the bytes that it is given", async () => {
    const file = compressed(plainEncoder(), compression);
    const bytes = Buffer.from("before");
    const column = rowsOf(bytes);
    const parts = [await file.encode(column)];
    column.records.bytes.fill("x");
    parts.push(await file.finish());
    expect((await contentOf(compression, Buffer.concat(parts))).toString()).toBe("before");
  });

  it("passes on what the encoder refuses", async () => {
    const refused = new UnwritableRowError("no");
    const file = compressed({ ...plainEncoder(), encode: () => Promise.reject(refused) }, compression);
    await expect(file.encode(rowsOf(ROWS))).rejects.toBe(refused);
  });

  it("is what the decompressors of others read", async () => {
    const content = Buffer.alloc(2_500_000, "some text, and again ");
    const file = await fileOf(compression, [content], plainEncoder("head\n"));
    const [command] = compression === "gzip" ? ["gzip"] : ["zstd"];
    let read: Uint8Array;
    try {
      read = execFileSync(command, ["-dc"], { input: file, maxBuffer: 1e8 });
    } catch (error) {
      // Where there is no such command there are the libraries.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      read = compression === "gzip" ? gunzipSync(file) : decompress(file);
    }
    expect(Buffer.from(read).equals(Buffer.concat([Buffer.from("head\n"), content]))).toBe(true);
  });
});
