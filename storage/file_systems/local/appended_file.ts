// The one file that all shards of an output are appended to, so that its commit has nothing to copy.
import { constants } from "node:fs";
import { open, stat } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { FileAccessError } from "../../errors";
import type { ShardWriter } from "../staged_output";
import { descriptors, writeAll } from "./descriptors";
import { readSpan } from "./span";
import { SpanIndex, type Span } from "./span_index";

/** The names of the file and of its index in the folder of an output. */
const DATA = "appended";
const INDEX = "appended.index";

/** Bytes that are gathered before they are written, in a span of their own. */
const GATHERED = 1 << 20;

/** The path of an appended shard: the file, then the shard's id and its size. */
const SHARD = new RegExp(`^(.*[/\\\\]${DATA})#([0-9a-f]{16})-(\\d+)$`, "s");

/** The file that has a shard's bytes among others; undefined where the shard is a file of its own. */
export function appendedFileOf(shard: string): string | undefined {
  return SHARD.exec(shard)?.[1];
}

/**
 * Writes a shard into the file that it shares with others. What one call writes stays together; between the calls' bytes
 * may be those of other shards.
 */
class AppendedShard implements ShardWriter {
  private readonly id = randomBytes(8).toString("hex");
  /** What comes is gathered in one, while the other is written: two writers of a file wait for each other. */
  private gathered = Buffer.allocUnsafeSlow(GATHERED);
  private spare = Buffer.allocUnsafeSlow(GATHERED);
  private waiting = 0;
  private writing: Promise<void> | undefined;
  private size = 0;

  constructor(
    private readonly target: string,
    private readonly file: string,
    private readonly fd: number,
    private readonly index: SpanIndex,
  ) {}

  get path(): string {
    return `${this.file}#${this.id}-${this.size}`;
  }

  write(bytes: Buffer): Promise<void> {
    return this.guard(async () => {
      if (this.waiting + bytes.length > GATHERED) await this.flush();
      if (bytes.length <= GATHERED) {
        this.waiting += bytes.copy(this.gathered, this.waiting);
        return;
      }
      await this.writing;
      await this.put(bytes);
    });
  }

  close(): Promise<void> {
    return this.guard(async () => {
      try {
        await this.flush();
        await this.writing;
      } finally {
        this.index.close();
        await descriptors.close(this.fd);
      }
    });
  }

  /** Begins to write what was gathered; whoever writes or closes next learns of an error. */
  private async flush(): Promise<void> {
    await this.writing;
    const { gathered, waiting } = this;
    if (waiting === 0) return;
    this.gathered = this.spare;
    this.spare = gathered;
    this.waiting = 0;
    this.writing = this.put(gathered.subarray(0, waiting));
    this.writing.catch(() => undefined);
  }

  private async put(bytes: Buffer): Promise<void> {
    const { start } = this.index.reserve(this.id, bytes.length);
    await writeAll(this.fd, bytes, start);
    this.size += bytes.length;
  }

  private async guard(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      throw new FileAccessError("write", this.target, error);
    }
  }
}

/**
 * Opens a new shard of the appended file in a folder.
 * @param target the output that errors name
 */
export async function openAppendedShard(target: string, folder: string): Promise<ShardWriter> {
  const file = path.join(folder, DATA);
  const index = new SpanIndex(path.join(folder, INDEX), "create");
  try {
    const fd = await descriptors.open(file, constants.O_WRONLY | constants.O_CREAT, 0o666);
    return new AppendedShard(target, file, fd, index);
  } catch (error) {
    index.close();
    throw error;
  }
}

/**
 * Makes one file of those shards that count, ready to be put in place: it is the appended file as it is, unless that has
 * bytes of others, of attempts that failed.
 * @param copy where the file is made where it has to be
 * @returns where it is
 */
export async function completeAppended(shards: readonly string[], copy: string): Promise<string> {
  const sizes = new Map<string, number>();
  let file = "";
  for (const shard of shards) {
    const [, data, id, size] = SHARD.exec(shard) ?? [];
    if (id === undefined) throw new Error(`${shard} is not among the appended shards`);
    file = data;
    sizes.set(id, Number(size));
  }
  const index = new SpanIndex(path.join(path.dirname(file), INDEX), "existing");
  let spans: Span[];
  try {
    spans = index.seal();
  } finally {
    index.close();
  }
  const counted = spans.filter(({ shard }) => sizes.has(shard));
  checkSizes(counted, sizes);
  const end = spans.at(-1)?.end ?? 0;
  if (counted.length === spans.length && index.isWhole && (await stat(file)).size === end) return file;
  await copySpans(file, joined(counted), copy);
  return copy;
}

/** @throws when the spans are not all that the shards' writers wrote */
function checkSizes(spans: readonly Span[], sizes: ReadonlyMap<string, number>): void {
  const left = new Map(sizes);
  for (const { shard, start, end } of spans) left.set(shard, left.get(shard)! - (end - start));
  if ([...left.values()].some((size) => size !== 0)) throw new Error("shards of the output are lost");
}

/** Spans without borders between those that touch. */
function joined(spans: readonly Span[]): Span[] {
  const found: Span[] = [];
  for (const span of spans) {
    const last = found.at(-1);
    if (last?.end === span.start) last.end = span.end;
    else found.push({ ...span });
  }
  return found;
}

async function copySpans(file: string, spans: readonly Span[], copy: string): Promise<void> {
  const out = await open(copy, "w");
  try {
    for (const { start, end } of spans) {
      let copied = 0;
      for await (const chunk of readSpan(file, start, end)) {
        await out.writeFile(chunk);
        copied += chunk.length;
      }
      if (copied !== end - start) throw new Error("shards of the output are cut off");
    }
  } finally {
    await out.close();
  }
}
