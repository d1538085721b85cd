// Small files of stores, fetched before their turn: a round trip for each, one after the other, would take most of the time.
import { fileSystemOf, schemeOf, type FileInfo, type FileSystem, type StorageSettings } from "./file_systems";

/** Files up to this size are fetched whole. */
const SMALL_BYTES = 1 << 20;

/** Files that are fetched at a time, which is also how many are held in memory. */
const AHEAD = 16;

type Content = Promise<Buffer[]>;

/** The contents of small files in the order in which they are asked for. */
export class FetchAhead {
  private readonly contents = new Map<number, Content>();
  private next = 0;

  constructor(
    private readonly sources: readonly { file: FileInfo }[],
    private readonly storage: StorageSettings | undefined,
  ) {}

  /** File `i` as one that is being fetched; undefined for one that is large or on this machine. */
  take(i: number): Pick<FileSystem, "read"> | undefined {
    for (; this.next < Math.min(i + AHEAD, this.sources.length); this.next++) this.begin(this.next);
    const content = this.contents.get(i);
    this.contents.delete(i);
    return content === undefined ? undefined : { read: (_, start, end) => bytesOf(content, start, end) };
  }

  private begin(i: number): void {
    const { file } = this.sources[i];
    if (schemeOf(file.path) === undefined || file.size > SMALL_BYTES) return;
    const content = collect(fileSystemOf(file.path, this.storage).read(file, 0, file.size));
    // Its failure is told when its turn comes.
    content.catch(() => undefined);
    this.contents.set(i, content);
  }
}

async function collect(chunks: AsyncIterable<Buffer>): Content {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

async function* bytesOf(content: Content, start: number, end: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.concat(await content).subarray(start, end);
  if (bytes.length > 0) yield bytes;
}
