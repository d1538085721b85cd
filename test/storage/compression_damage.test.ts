// Compressed files that are cut off, damaged, or something else: none of them passes for a good one.
import { UnreadableFileError } from "../../storage";
import { FRAME_MAGIC } from "../../storage/formats/compression/zstd_frame";
import { CONTENT, FILES } from "./compressed_files";
import { contentOf, contentOrRefusal, fileOf } from "./compressing";

const compressions = ["gzip", "zstd"] as const;

/** Where members end, in files that have several: bytes from the start. */
async function members(
  compression: "gzip" | "zstd",
): Promise<{ file: Buffer; content: Buffer; ends: number[] }> {
  const contents = ["a first member, a first member\n", "", "a second one\n"].map((text) =>
    Buffer.from(text),
  );
  const parts = await Promise.all(contents.map((content) => fileOf(compression, [content])));
  const ends = parts.map((_, i) => Buffer.concat(parts.slice(0, i + 1)).length);
  return { file: Buffer.concat(parts), content: Buffer.concat(contents), ends };
}

describe.each(compressions)("%s", (compression) => {
  it("that is cut off is refused at every byte but where a member ends", async () => {
    const { file, content, ends } = await members(compression);
    expect(await contentOrRefusal(compression, file)).toEqual(content);
    for (let size = 0; size < file.length; size++) {
      const read = await contentOrRefusal(compression, file.subarray(0, size));
      if (ends.includes(size)) {
        expect(content.subarray(0, (read as Buffer).length)).toEqual(read);
      } else {
        expect(read).toBeInstanceOf(UnreadableFileError);
        expect((read as Error).message).toMatch(
          /^Cannot read 'file': it is (empty|cut off).*\. Get the whole file\.$/,
        );
      }
    }
  });

  it("that is damaged is refused, or its content is none the worse", async () => {
    const { file, content } = await members(compression);
    let refused = 0;
    for (let bit = 0; bit < 8 * file.length; bit++) {
      const damaged = Buffer.from(file);
      damaged[bit >> 3] ^= 1 << (bit & 7);
      const read = await contentOrRefusal(compression, damaged);
      if (Buffer.isBuffer(read)) expect(read).toEqual(content);
      else refused++;
      if (!Buffer.isBuffer(read)) expect(read).toBeInstanceOf(UnreadableFileError);
    }
    expect(refused).toBeGreaterThan(4 * file.length);
  });

  it("that is large and damaged anywhere is refused", async () => {
    for (const [how, made, base64] of FILES) {
      if (made !== compression || /no.check/.test(how)) continue;
      const file = Buffer.from(base64, "base64");
      for (let at = 0; at < file.length; at += 29) {
        const damaged = Buffer.from(file);
        damaged[at] ^= 0x55;
        const read = await contentOrRefusal(compression, damaged);
        if (Buffer.isBuffer(read)) expect(read.equals(CONTENT)).toBe(true);
        else expect(read).toBeInstanceOf(UnreadableFileError);
      }
    }
  });

  it.each([
    ["zeros", Buffer.alloc(600)],
    ["one zero", Buffer.alloc(1)],
    ["text", Buffer.from("and so on\n")],
    ["the start of a member", Buffer.from([0x1f, 0x8b, 8, 0])],
    ["four bytes of a frame", Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ])("followed by %s is refused", async (_, trailing) => {
    const file = Buffer.concat([await fileOf(compression, [CONTENT]), trailing]);
    for (const sizes of [[file.length], [file.length - trailing.length, 1 << 20], [100]]) {
      const reading = contentOf(compression, file, sizes);
      await expect(reading).rejects.toThrow(UnreadableFileError);
      await expect(reading).rejects.toThrow("Cannot read 'file': ");
    }
  });

  it("that is something else is refused", async () => {
    const other = await fileOf(compression === "gzip" ? "zstd" : "gzip", [CONTENT]);
    for (const file of [other, CONTENT, Buffer.alloc(100), Buffer.from("{}\n")]) {
      const read = await contentOrRefusal(compression, file);
      expect(read).toBeInstanceOf(UnreadableFileError);
      expect((read as Error).message).toContain(`it is no ${compression}`);
    }
  });
});

/** A zstd frame of a header and blocks, each of bytes as they are. */
function frame(header: number[], ...blocks: string[]): Buffer {
  const parts = [Buffer.alloc(4), Buffer.from(header)];
  parts[0].writeUInt32LE(FRAME_MAGIC);
  blocks.forEach((block, i) => {
    const head = Buffer.alloc(3);
    head.writeUIntLE((block.length << 3) | (i === blocks.length - 1 ? 1 : 0), 0, 3);
    parts.push(head, Buffer.from(block));
  });
  return Buffer.concat(parts);
}

describe("a zstd frame", () => {
  it("is read with what its header says or leaves out", async () => {
    const text = "x".repeat(300);
    for (const header of [
      [0b00000000, 0x50],
      [0b00000001, 0x50, 0],
      [0b01000000, 0x50, 300 - 256, 0],
      [0b01100000, 300 - 256, 0],
      [0b10100000, 300 & 255, 1, 0, 0],
      [0b11100000, 300 & 255, 1, 0, 0, 0, 0, 0, 0],
    ]) {
      expect((await contentOf("zstd", frame(header, "x".repeat(100), "x".repeat(200)))).toString()).toBe(
        text,
      );
    }
  });

  it("of another size than it says is refused", async () => {
    await expect(contentOf("zstd", frame([0b00100000, 4], "abc"))).rejects.toThrow(
      "a frame has 3 bytes, and says 4",
    );
  });

  it("that needs a dictionary is refused", async () => {
    await expect(contentOf("zstd", frame([0b00000001, 0x50, 7], "abc"))).rejects.toThrow(
      "needs a zstd dictionary",
    );
  });

  it("regression: of a window that fzstd gets wrong, or that takes gigabytes, is refused with what to do", async () => {
    await expect(contentOf("zstd", frame([0, (17 << 3) | 0], "abc"))).rejects.toThrow(
      "it needs a zstd window of 128 MiB, more than 64 MiB. Compress it again with --long=26 or less",
    );
    expect((await contentOf("zstd", frame([0, 16 << 3], "abc"))).toString()).toBe("abc");
    await expect(contentOf("zstd", frame([0, 0xff], "abc"))).rejects.toThrow("window of 3932160 MiB");
    await expect(contentOf("zstd", frame([0b11100000, 0, 0, 0, 0, 0, 0, 0, 0xff], "abc"))).rejects.toThrow(
      "window",
    );
  });

  it("with a block larger than may be is refused", async () => {
    const large = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x50, 0xff, 0xff, 0xff]);
    await expect(contentOf("zstd", large)).rejects.toThrow("a block's size or kind");
  });
});
