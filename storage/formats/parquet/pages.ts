// Decodes the pages of a column chunk one after the other.
import type { ColumnMetaData, SchemaTree } from "hyparquet";
import type { PageHeader } from "hyparquet/src/types.js";
import { UnreadableFileError } from "../../errors";
import type { ChunkBytes } from "./chunk_bytes";
import type { Decoders } from "./libraries";
import { isDictionary, readValues, type ValueKind } from "./page_values";
import { readRuns } from "./runs";

/** Bytes that a page's header is looked for in, at first. */
const HEADER_ROOM = 1 << 14;

/** Entries of a column: its values, and between them what is null, and where rows and lists begin. */
export interface Page {
  /** Entries, nulls and empty lists among them. */
  count: number;
  /** The definition level of each entry; absent when every entry has its value. */
  definitions?: Uint8Array;
  /** The repetition level of each entry; absent in columns without lists. */
  repetitions?: Uint8Array;
  /** The values that are there, or their places in the dictionary. */
  values: ArrayLike<unknown>;
  dictionary?: Dictionary;
}

/** The values that a chunk's pages refer to, and their texts once they have been made. */
export interface Dictionary {
  values: ArrayLike<unknown>;
  texts: (string | undefined)[];
}

/** A column of the file, as the schema has it. */
export interface LeafSchema {
  /** Its name, with those of the groups around it: `a.list.element`. */
  name: string;
  /** From the root to the leaf. */
  path: readonly SchemaTree[];
  /** The definition level of values that are there. */
  maxDefinition: number;
  /** How many lists are around its values. */
  maxRepetition: number;
}

/** The pages of one column chunk. */
export class ChunkPages {
  private dictionary: Dictionary | undefined;
  /** Entries that are still to come. */
  private left: number;

  constructor(
    private readonly decoders: Decoders,
    private readonly fileName: string,
    private readonly leaf: LeafSchema,
    private readonly chunk: ColumnMetaData,
    private readonly bytes: ChunkBytes,
  ) {
    this.left = Number(chunk.num_values);
  }

  /**
   * The next page with entries; undefined behind the last.
   * @throws UnreadableFileError when it can't be decoded
   */
  async next(): Promise<Page | undefined> {
    while (this.left > 0) {
      const header = await this.header();
      const size = header.compressed_page_size;
      if (!(Number.isInteger(size) && size >= 0 && size <= this.bytes.left))
        throw this.damaged(`a page of ${size} bytes`);
      const body = (await this.bytes.peek(size)).subarray(0, size);
      this.bytes.skip(size);
      const page = this.decoded(() => this.page(header, body));
      if (page === undefined) continue;
      this.left -= page.count;
      return page;
    }
    return undefined;
  }

  /** An error about this column. */
  damaged(reason: string, cause?: unknown): UnreadableFileError {
    return new UnreadableFileError(
      this.fileName,
      `its column '${this.leaf.name}' is damaged (${reason}). Write or copy it again`,
      { cause },
    );
  }

  private async header(): Promise<PageHeader> {
    for (let room = HEADER_ROOM; ; room *= 4) {
      const bytes = await this.bytes.peek(room);
      if (bytes.length === 0) throw this.damaged("it ends too early");
      const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
      try {
        const header = this.decoders.parquetHeader(reader);
        this.bytes.skip(reader.offset);
        return header;
      } catch (error) {
        // Statistics can make a header long.
        if (bytes.length >= this.bytes.left) throw this.damaged((error as Error).message, error);
      }
    }
  }

  private decoded<T>(decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      throw this.damaged((error as Error).message, error);
    }
  }

  /** What is in a page; undefined for one without entries. */
  private page(header: PageHeader, body: Buffer): Page | undefined {
    const { decoders, leaf } = this;
    const { data_page_header: v1, data_page_header_v2: v2, dictionary_page_header: dictionary } = header;
    const size = header.uncompressed_page_size;
    if (header.type === "DICTIONARY_PAGE" && dictionary !== undefined) {
      const { num_values: count } = dictionary;
      const page = this.decompressed(body, size);
      // It may have more values than are used, but no more than bytes.
      if (!(count >= 0 && count <= page.length)) throw new Error(`a dictionary of ${count} values`);
      const values = readValues(decoders, page, count, this.kind("PLAIN"));
      this.dictionary = { values, texts: new Array<string | undefined>(count) };
      return undefined;
    }
    if (header.type === "DATA_PAGE" && v1 !== undefined) {
      this.expect(v1.num_values);
      if (v1.definition_level_encoding === "BIT_PACKED" && leaf.maxDefinition > 0) {
        throw new Error("levels in the BIT_PACKED encoding, given up in 2013, are not supported");
      }
      let rest = this.decompressed(body, size);
      const levels = (max: number): Uint8Array | undefined => {
        if (max === 0) return undefined;
        const end = 4 + rest.readUInt32LE(0);
        const found = this.levels(rest.subarray(4, end), v1.num_values, max);
        rest = rest.subarray(end);
        return found;
      };
      const repetitions = levels(leaf.maxRepetition);
      const definitions = levels(leaf.maxDefinition);
      return this.entries(v1.num_values, repetitions, definitions, v1.encoding, () => rest);
    }
    if (header.type === "DATA_PAGE_V2" && v2 !== undefined) {
      this.expect(v2.num_values);
      const { repetition_levels_byte_length: first, definition_levels_byte_length: second } = v2;
      const start = first + second;
      if (!(first >= 0 && second >= 0 && start <= body.length)) throw new Error("levels without end");
      const levels = (max: number, from: number, to: number): Uint8Array | undefined =>
        max === 0 ? undefined : this.levels(body.subarray(from, to), v2.num_values, max);
      const repetitions = levels(leaf.maxRepetition, 0, first);
      const definitions = levels(leaf.maxDefinition, first, start);
      const rest = body.subarray(start);
      return this.entries(v2.num_values, repetitions, definitions, v2.encoding, () =>
        v2.is_compressed === false ? rest : this.decompressed(rest, size - start),
      );
    }
    return undefined;
  }

  /** Refuses a page that would have more than the column: its number is damaged, and may be any. */
  private expect(count: number): void {
    if (!(count >= 0 && count <= this.left)) throw new Error(`a page of ${count} values`);
  }

  private decompressed(bytes: Buffer, size: number): Buffer {
    const { decoders, chunk } = this;
    const page = decoders.decompressPage(bytes, size, chunk.codec, decoders.compressors);
    return Buffer.from(page.buffer, page.byteOffset, page.length);
  }

  private levels(bytes: Buffer, count: number, max: number): Uint8Array {
    const levels = new Uint8Array(count);
    readRuns(bytes, 0, bytes.length, 32 - Math.clz32(max), levels);
    return levels;
  }

  private kind(encoding: string): ValueKind {
    const { element } = this.leaf.path[this.leaf.path.length - 1];
    return { encoding, type: this.chunk.type, length: element.type_length };
  }

  private entries(
    count: number,
    repetitions: Uint8Array | undefined,
    definitions: Uint8Array | undefined,
    encoding: string,
    bytes: () => Buffer,
  ): Page {
    const { maxDefinition } = this.leaf;
    let present = count;
    if (definitions !== undefined) {
      present = 0;
      for (let i = 0; i < count; i++) if (definitions[i] === maxDefinition) present++;
    }
    // Where nothing but nulls is left there may be no bytes to decode.
    const values = present === 0 ? [] : readValues(this.decoders, bytes(), present, this.kind(encoding));
    if (values.length < present) throw new Error(`a page has ${values.length} of ${present} values`);
    const dictionary = isDictionary(encoding) ? this.dictionary : undefined;
    if (isDictionary(encoding) && present > 0 && dictionary === undefined) {
      throw new Error("it lacks its dictionary");
    }
    return { count, definitions, repetitions, values, dictionary };
  }
}
