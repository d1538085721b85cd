// Puts an object together out of others in Google Cloud Storage: by its `compose`, which takes whole objects alone.
import { randomUUID } from "node:crypto";

import { FileAccessError } from "../../errors";
import { inParallel } from "../object_store/in_parallel";
import type { ObjectStore } from "../object_store/object_store";
import { resuming } from "../object_store/resuming";
import type { Segment } from "../staged_output";
import type { GcsClient } from "./gcs_client";
import { accessError } from "./gcs_errors";
import { objectPath } from "./gcs_reading";

/** How many objects one `compose` takes. */
const MOST_SOURCES = 32;

/** What goes through this process is cut into pieces of at most so many bytes, so that several travel at once. */
const PIECE_BYTES = 128 * 1024 * 1024;

/** How many pieces travel at once; each holds two chunks of an upload in memory. */
const PIECES_AT_ONCE = 4;

/** How many small calls are made at once. */
const CALLS_AT_ONCE = 16;

type Range = Exclude<Segment, Buffer>;

/** What is composed: an object that is there, or one that is yet to be made of bytes and of ranges of others. */
type Source = { whole: string } | { piece: Segment[] };

/** Composes one object; what it needs aside has keys of its own under a prefix. */
export class GcsComposing {
  private readonly aside: string[] = [];

  constructor(
    private readonly client: GcsClient,
    private readonly store: ObjectStore,
    private readonly stagingPrefix: string,
  ) {}

  /** Makes an object of segments at a key, with metadata, and removes what it took aside. */
  async compose(key: string, segments: readonly Segment[], metadata: Record<string, string>): Promise<void> {
    const sources = sourcesOf(segments, await this.sizes(segments));
    const keys = await this.made(sources);
    await this.joined(key, keys, metadata);
    await this.store.remove(this.aside);
  }

  /** The sizes of the shards, by their keys. */
  private async sizes(segments: readonly Segment[]): Promise<Map<string, number>> {
    const shards = new Set(segments.flatMap((segment) => (Buffer.isBuffer(segment) ? [] : segment.shard)));
    const sizes = await inParallel(CALLS_AT_ONCE, [...shards], async (shard): Promise<[string, number]> => {
      const found = await this.store.find(shard);
      if (found === undefined) {
        throw new FileAccessError("read", `gs://${this.store.bucket}/${shard}`, "there is no such object");
      }
      return [shard, found.size];
    });
    return new Map(sizes);
  }

  /** The keys of sources, those made that are not there yet. The same bytes between shards are stored once. */
  private async made(sources: readonly Source[]): Promise<string[]> {
    const byContent = new Map<string, Promise<string>>();
    return inParallel(PIECES_AT_ONCE, sources, async (source) => {
      if ("whole" in source) return source.whole;
      const { piece } = source;
      if (!piece.every((segment) => Buffer.isBuffer(segment))) return this.travelled(piece);
      const content = Buffer.concat(piece);
      const name = content.toString("latin1");
      let key = byContent.get(name);
      if (key === undefined) byContent.set(name, (key = this.stored(content)));
      return key;
    });
  }

  private async stored(content: Buffer): Promise<string> {
    const key = this.newKey();
    await this.store.put(key, content);
    return key;
  }

  /** Makes an object of ranges and bytes, through this process. */
  private async travelled(piece: readonly Segment[]): Promise<string> {
    const key = this.newKey();
    const upload = await this.store.create(key);
    for (const segment of piece) {
      if (Buffer.isBuffer(segment)) {
        await upload.write(segment);
        continue;
      }
      const { shard, start, end } = segment;
      const path = `gs://${this.store.bucket}/${shard}`;
      for await (const chunk of resuming(path, start, end, (from) => this.store.read(shard, from, end))) {
        await upload.write(chunk);
      }
    }
    await upload.close();
    return key;
  }

  /** Joins objects to one, by as many levels as it takes. */
  private async joined(
    key: string,
    keys: readonly string[],
    metadata: Record<string, string>,
  ): Promise<void> {
    let level = keys.length > 0 ? keys : [await this.stored(Buffer.alloc(0))];
    while (level.length > MOST_SOURCES) {
      const groups = Array.from({ length: Math.ceil(level.length / MOST_SOURCES) }, (_, i) =>
        level.slice(i * MOST_SOURCES, (i + 1) * MOST_SOURCES),
      );
      level = await inParallel(CALLS_AT_ONCE, groups, async (group) => {
        const part = this.newKey();
        await this.joinFew(part, group, {});
        return part;
      });
    }
    await this.joinFew(key, level, metadata);
  }

  private async joinFew(
    key: string,
    keys: readonly string[],
    metadata: Record<string, string>,
  ): Promise<void> {
    const { bucket } = this.store;
    try {
      await this.client.call({
        method: "POST",
        path: `${objectPath(bucket, key)}/compose`,
        body: {
          destination: { contentType: "application/octet-stream", metadata },
          sourceObjects: keys.map((name) => ({ name })),
        },
      });
    } catch (error) {
      throw accessError("write", bucket, key, error);
    }
  }

  private newKey(): string {
    const key = `${this.stagingPrefix}piece-${randomUUID()}`;
    this.aside.push(key);
    return key;
  }
}

/** Whole shards as they are, and what is between them in pieces. */
function sourcesOf(segments: readonly Segment[], sizes: ReadonlyMap<string, number>): Source[] {
  const sources: Source[] = [];
  let piece: Segment[] = [];
  let left = PIECE_BYTES;
  const endPiece = (): void => {
    if (piece.length > 0) sources.push({ piece });
    [piece, left] = [[], PIECE_BYTES];
  };
  const add = (segment: Segment, size: number): void => {
    piece.push(segment);
    left -= size;
    if (left <= 0) endPiece();
  };
  for (const segment of segments) {
    if (Buffer.isBuffer(segment)) {
      if (segment.length > 0) add(segment, segment.length);
    } else if (segment.start === 0 && segment.end === sizes.get(segment.shard)) {
      if (segment.end === 0) continue;
      endPiece();
      sources.push({ whole: segment.shard });
    } else {
      for (const range of cut(segment, () => left)) add(range, range.end - range.start);
    }
  }
  endPiece();
  return sources;
}

/** A range in ranges, each no longer than what is left of a piece. */
function* cut({ shard, start, end }: Range, left: () => number): Generator<Range> {
  for (let from = start, to; from < end; from = to) {
    to = Math.min(end, from + left());
    yield { shard, start: from, end: to };
  }
}
