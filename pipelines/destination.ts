// Where an output goes: a path, or a standard stream by way of a temporary file, so that half an output never shows.
import { randomBytes } from "node:crypto";
import { createReadStream, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { isFolderName } from "../storage/file_systems/folder_name";

/** The name that stands for a standard stream. */
export const STANDARD_STREAM = "-";

/** An output's name on the command line, and the path that the job writes. */
export class Destination {
  /** The path that the job writes. */
  readonly path: string;
  private readonly temporary: string | undefined;

  /** @param stream the stream that `-` stands for */
  constructor(
    readonly name: string,
    private readonly stream: NodeJS.WritableStream,
  ) {
    if (name === STANDARD_STREAM) {
      this.temporary = path.join(tmpdir(), `beam-predict-${randomBytes(8).toString("hex")}`);
      this.path = path.join(this.temporary, "output.ldjson");
    } else {
      this.path = name;
    }
  }

  /** Whether it is a folder of shards. */
  get isFolder(): boolean {
    return isFolderName(this.path);
  }

  /** Called when the job has succeeded: sends what is meant for a stream to it. */
  async deliver(): Promise<void> {
    if (this.temporary === undefined) return;
    try {
      await pipeline(createReadStream(this.path), this.stream, { end: false });
    } catch (error) {
      // Whoever reads has seen enough (`| head`).
      if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
    }
  }

  /** Removes what is temporary; at once, since the process may be about to end. */
  discard(): void {
    if (this.temporary !== undefined) rmSync(this.temporary, { recursive: true, force: true });
  }
}
