// Ranges of CSV files: where they are cut, what is read for one, and that each row is in exactly one of them.
import { BOM, batchesOf, MemoryFile, rangesOf, read, readSplit } from "./csv_reading";

describe("a range", () => {
  it("has the header of the file, of which no more is read than need be", async () => {
    const text = Buffer.from(`\n${BOM}a,b\n${"1,2\n".repeat(100_000)}`);
    const file = new MemoryFile(text, [], 1 << 10);
    const [batch] = await batchesOf(file, { start: 390_008, end: 390_012, first: 9 });
    expect(batch.records.texts()).toEqual([`{"${BOM}a":"1","b":"2"}`]);
    expect([batch.numbers[0], batch.offsets[0]]).toEqual([9, 390_008]);
    expect(file.bytesRead).toBeLessThan(2000);
    expect(file.asked[0]).toEqual([0, 1 << 16]);
  });

  it("has a header of more than 64 KiB", async () => {
    const name = "n".repeat(100_000);
    const file = new MemoryFile(Buffer.from(`${name},b\n1,2\n3,4\n`), [], 1 << 10);
    const [batch] = await batchesOf(file, { start: 100_007, end: 100_011, first: 3 });
    expect(batch.records.texts()).toEqual([`{"${name}":"3","b":"4"}`]);
  });

  it.each([2, Infinity])(
    "has rows that begin in it, wherever it ends, in chunks of %d bytes",
    async (chunkBytes) => {
      const text = 'a,b\n1,2\n"3\n",4\n5,6\n';
      for (let end = 9; end <= text.length; end++) {
        const rows = end > 15 ? 3 : 2;
        const file = new MemoryFile(Buffer.from(text), [], chunkBytes);
        const batches = await batchesOf(file, { start: 0, end, first: 1 });
        expect({ end, rows: batches.flatMap(({ records }) => records.texts()).length }).toEqual({
          end,
          rows,
        });
      }
    },
  );

  it("that ends within a row is read to the end of that row, no further", async () => {
    const file = new MemoryFile(Buffer.from(`a\n${"1\n".repeat(1000)}`), [], 8);
    const [{ records }] = await batchesOf(file, { start: 0, end: 9, first: 1 });
    expect(records.length).toBe(4);
    expect(file.bytesRead).toBeLessThan(30);
  });

  it("of which the line is not known has rows without numbers", async () => {
    const [batch] = await batchesOf(new MemoryFile(Buffer.from('a\n1\n"2\n"x\n')), { start: 4, end: 10 });
    expect(batch.unreadable).toMatchObject([{ number: NaN, offset: 4 }]);
    expect(batch.unreadable[0].reason).toContain("it goes over 2 lines");
  });

  it("of a file that has become shorter is no whole range", async () => {
    const file = new MemoryFile(Buffer.from("a\n1\n22"));
    const cut: MemoryFile = Object.assign(new MemoryFile(Buffer.from("a\n1\n2")), { size: file.size });
    await expect(read(cut)).rejects.toThrow(
      "Cannot read 'memory.csv': it ends at byte 5, not 6: it changed while it",
    );
    await expect(batchesOf(new MemoryFile(Buffer.from("a")), { start: 4, end: 9 })).rejects.toThrow(
      "no header ends before byte 4",
    );
  });
});

describe("ranges", () => {
  it("of a small file are one, without a look at it", async () => {
    const file = new MemoryFile(Buffer.from("a,b\n1,2\n3,4\n"));
    expect(await rangesOf(file, 8)).toEqual([{ start: 0, end: 12, first: 1 }]);
    expect(file.bytesRead).toBe(0);
    expect(await rangesOf(new MemoryFile(Buffer.alloc(0)), 8)).toEqual([]);
  });

  it("start at rows, not at line feeds in quotes", async () => {
    const file = new MemoryFile(Buffer.from('a\n"1\n2\n3"\n4\n5\n6\n7\n'));
    expect(await rangesOf(file, 4)).toEqual([
      { start: 0, end: 10, first: 1 },
      { start: 10, end: 14, first: 5 },
      { start: 14, end: 18, first: 7 },
    ]);
  });

  it("the first holds the header, whatever is before it", async () => {
    const file = new MemoryFile(Buffer.from(`${"\n".repeat(20)}a\n1\n2\n3\n`));
    expect((await rangesOf(file, 2))[0]).toEqual({ start: 0, end: 22, first: 1 });
    expect(await readSplit(file, 2)).toEqual(await read(file));
    expect((await rangesOf(file, 2, { columns: ["x"] }))[0]).toEqual({ start: 0, end: 2, first: 1 });
  });

  it("regression: a quote that is never closed leaves the rest of the file in one range", async () => {
    const file = new MemoryFile(Buffer.from(`a\n1\n"2\n${"3\n".repeat(50)}`));
    expect(await rangesOf(file, 2)).toEqual([
      { start: 0, end: 2, first: 1 },
      { start: 2, end: 4, first: 2 },
      { start: 4, end: 107, first: 3 },
    ]);
    expect(await readSplit(file, 2)).toEqual(await read(file));
  });
});
