// One shard of an output: rows in, an encoded file out.
import { fileEncoder, type Rows, type ShardWriter } from "../../storage";
import { stagedOutput, type OutputTarget } from "./target";

/** A shard that is being written. */
export class Shard {
  /** Rows so far. */
  rows = 0;
  private readonly encoder;

  private constructor(
    private readonly writer: ShardWriter,
    private readonly target: OutputTarget,
    private readonly jobId: string,
  ) {
    this.encoder = fileEncoder(target.encoding, jobId);
  }

  static async open(target: OutputTarget, jobId: string): Promise<Shard> {
    const shard = new Shard(await stagedOutput(target, jobId).createShard(), target, jobId);
    await shard.append(shard.encoder.header());
    return shard;
  }

  /** A shard without a row; resolves to its path. */
  static async empty(target: OutputTarget, jobId: string): Promise<string> {
    return (await Shard.open(target, jobId)).close();
  }

  async write(rows: Rows): Promise<void> {
    await this.append(await this.encoder.encode(rows));
    this.rows += rows.texts?.starts.length ?? rows.records.length;
  }

  /** Ends the shard; resolves to its path when it is stored. */
  async close(): Promise<string> {
    await this.append(await this.encoder.finish());
    await this.writer.close();
    return this.writer.path;
  }

  /** Lets go of a shard that will not count. */
  async abandon(): Promise<void> {
    await this.writer.close().catch(() => undefined);
    await stagedOutput(this.target, this.jobId)
      .removeShards([this.writer.path])
      .catch(() => undefined);
  }

  private async append(bytes: Buffer): Promise<void> {
    if (bytes.length > 0) await this.writer.write(bytes);
  }
}
