// Byte columns: what is put in comes out, through the wire and back, and a builder grows and is used again.
import fc from "fast-check";
import { ByteColumn, ByteColumnBuilder } from "../../storage/byte_column";
import { viewOf } from "../../storage/bytes";

const strings = fc.array(fc.string({ unit: "binary", maxLength: 100 }), { maxLength: 200 });

function written(column: ByteColumn, at = 0): Buffer {
  const out = Buffer.alloc(at + column.encodedLength);
  expect(column.write(out, at)).toBe(out.length);
  return out;
}

describe("a column", () => {
  it("keeps any strings, empty ones too", () => {
    fc.assert(
      fc.property(strings, (texts) => {
        const column = ByteColumn.of(texts);
        expect(column).toHaveLength(texts.length);
        expect(column.texts()).toEqual(texts);
        texts.forEach((text, i) => {
          expect(column.text(i)).toBe(text);
          expect(column.ends[i] - column.start(i)).toBe(Buffer.byteLength(text));
        });
      }),
    );
  });

  it("is read as it was written, wherever in a buffer", () => {
    fc.assert(
      fc.property(strings, fc.nat(9), fc.uint8Array({ maxLength: 9 }), (texts, at, behind) => {
        const encoded = Buffer.concat([written(ByteColumn.of(texts), at), behind]);
        const read = ByteColumn.read(encoded, at);
        expect(read.at).toBe(encoded.length - behind.length);
        expect(read.column.texts()).toEqual(texts);
      }),
    );
  });

  it("follows another in a buffer", () => {
    const encoded = Buffer.concat([written(ByteColumn.of(["a", "é"])), written(ByteColumn.of(["", "b"]))]);
    const first = ByteColumn.read(encoded, 0);
    expect(first.column.texts()).toEqual(["a", "é"]);
    expect(ByteColumn.read(encoded, first.at).column.texts()).toEqual(["", "b"]);
  });

  it("writes count, ends and bytes", () => {
    expect(written(ByteColumn.of(["ab", "", "c"])).toString("hex")).toBe(
      "03000000" + "02000000" + "02000000" + "03000000" + "616263",
    );
  });

  it("that is empty is four bytes", () => {
    expect(ByteColumn.of([]).texts()).toEqual([]);
    expect(written(ByteColumn.of([])).toString("hex")).toBe("00000000");
    expect(ByteColumn.read(Buffer.alloc(4), 0)).toMatchObject({ at: 4, column: { length: 0 } });
  });

  it("that was read is a view of the input", () => {
    const encoded = written(ByteColumn.of(["abc"]));
    const { column } = ByteColumn.read(encoded, 0);
    encoded.write("x", encoded.length - 3);
    expect(column.text(0)).toBe("xbc");
  });
});

describe("a builder", () => {
  it.each([
    [0, 0],
    [1, 1],
    [7, 3],
    [1 << 12, 64],
  ])("that begins with room for %i bytes and %i strings grows", (bytes, count) => {
    const builder = new ByteColumnBuilder(bytes, count);
    const texts = Array.from({ length: 1000 }, (_, i) => "é".repeat(i % 70));
    for (const text of texts) builder.addText(text);
    expect(builder).toHaveLength(1000);
    expect(builder.build().texts().join()).toBe(texts.join());
  });

  it("takes strings that stand one after the other, all or some of them", () => {
    const texts = Array.from({ length: 100 }, (_, i) => "é".repeat(i % 40));
    const column = ByteColumn.of(texts);
    const view = viewOf(Buffer.concat([column.bytes, Buffer.alloc(8)]));
    const builder = new ByteColumnBuilder(8);
    builder.addText("before");
    builder.addAll(column.bytes, column.ends);
    builder.addSome(view, column.ends, Uint32Array.of(0, 1, 39, 99));
    builder.addSome(view, column.ends, new Uint32Array());
    builder.addText("behind");
    const some = [0, 1, 39, 99].map((i) => texts[i]);
    expect(builder.build().texts()).toEqual(["before", ...texts, ...some, "behind"]);
  });

  it("gives away bytes that are full, and what it built stays whatever comes after", () => {
    const builder = new ByteColumnBuilder(8);
    const built = Array.from({ length: 20 }, (_, k) => {
      const texts = Array.from({ length: 50 }, (_, i) => `${k}-${i}`);
      for (const text of texts) {
        builder.reserve(text.length);
        builder.endAt(builder.size + builder.bytes.write(text, builder.size));
      }
      return { texts, column: builder.build() };
    });
    for (const { texts, column } of built) expect(column.texts()).toEqual(texts);
  });

  it("takes bytes that its caller wrote, and drops those that were not ended", () => {
    const builder = new ByteColumnBuilder(4);
    builder.addText("ab");
    builder.reserve(100);
    builder.bytes.write("not ended", builder.size);
    builder.endAt(builder.size + builder.bytes.write("cde", builder.size));
    builder.bytes.write("not ended either", builder.size);
    expect([builder.start(0), builder.end(0), builder.start(1), builder.end(1)]).toEqual([0, 2, 2, 5]);
    expect(builder.build().texts()).toEqual(["ab", "cde"]);
  });

  it("has the room that was reserved, and what was there before", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5000), { maxLength: 20 }), (extras) => {
        const builder = new ByteColumnBuilder(16);
        builder.addText("before");
        for (const extra of extras) {
          builder.reserve(extra);
          expect(builder.bytes.length - builder.size).toBeGreaterThanOrEqual(extra);
          builder.endAt(builder.size + extra);
        }
        expect(builder.build().text(0)).toBe("before");
      }),
    );
  });

  it("is empty after build, and what it built stays", () => {
    const builder = new ByteColumnBuilder(8, 1);
    for (const text of ["first", "second"]) builder.addText(text);
    const before = builder.build();
    expect([builder.length, builder.size]).toEqual([0, 0]);
    expect(builder.build().texts()).toEqual([]);
    for (const text of ["FIRST!", "x", ""]) builder.addText(text);
    expect(builder.build().texts()).toEqual(["FIRST!", "x", ""]);
    expect(before.texts()).toEqual(["first", "second"]);
  });
});

it("slices share the bytes and hold the strings between", () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 8 }), fc.nat(8), fc.nat(8), (texts, a, b) => {
      const [from, to] = [Math.min(a, b, texts.length), Math.min(Math.max(a, b), texts.length)];
      const slice = ByteColumn.of(texts).slice(from, to);
      expect(slice.texts()).toEqual(texts.slice(from, to));
      expect(slice.bytes).toHaveLength(Buffer.byteLength(texts.slice(from, to).join("")));
    }),
  );
});
