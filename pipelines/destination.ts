// Where an output goes: a path, or a stream by way of a temporary file, so that half an output never shows.
import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { FileAccessError } from "../storage/errors";
import { isFolderName } from "../storage/file_systems/folder_name";
import { isOpenStream, isPipeOrDevice } from "./streams";

/** The name that stands for a standard stream. */
export const STANDARD_STREAM = "-";

/** An output's name on the command line, and the path that the job writes. */
export class Destination {
  /** The path that the job writes. */
  readonly path: string;
  private readonly temporary: string | undefined;

  /** @param standard the stream that `-` stands for */
  constructor(
    readonly name: string,
    private readonly standard: NodeJS.WritableStream,
  ) {
    // A pipe or a device (`/dev/null`) is written to, and never replaced by a file.
    if (name === STANDARD_STREAM || isOpenStream(name) || isPipeOrDevice(name)) {
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

  /** Whether it is a stream, which has no place beside it. */
  get isStream(): boolean {
    return this.temporary !== undefined;
  }

  /** Called when the job has succeeded: sends what is meant for a stream to it. */
  async deliver(): Promise<void> {
    if (this.temporary === undefined) return;
    const isStandard = this.name === STANDARD_STREAM;
    // Appending: `/dev/stdout` may be a file, which has to keep what is in it.
    const stream = isStandard ? this.standard : createWriteStream(this.name, { flags: "a" });
    try {
      await pipeline(createReadStream(this.path), stream, { end: !isStandard });
    } catch (error) {
      // Whoever reads has seen enough (`| head`).
      if ((error as NodeJS.ErrnoException).code === "EPIPE") return;
      throw isStandard ? error : new FileAccessError("write", this.name, error);
    }
  }

  /** Removes what is temporary; at once, since the process may be about to end. */
  discard(): void {
    if (this.temporary !== undefined) rmSync(this.temporary, { recursive: true, force: true });
  }
}
