// A shard that is written to a local disk.
import * as callbacks from "node:fs";
import { promisify } from "node:util";
import { FileAccessError } from "../../errors";
import type { ShardWriter } from "../staged_output";

/**
 * The calls on plain file descriptors: when a job fails nobody closes its shards, and a FileHandle that is collected
 * while open complains on the console.
 */
const fs = {
  open: promisify(callbacks.open),
  write: promisify(callbacks.write),
  datasync: promisify(callbacks.fdatasync),
  close: promisify(callbacks.close),
};

/**
 * Opens a new file to write.
 * @param target the output that errors name
 */
export async function openShard(target: string, path: string): Promise<ShardWriter> {
  const fd = await fs.open(path, "wx");
  const guard = async (action: () => Promise<void>): Promise<void> => {
    try {
      await action();
    } catch (error) {
      throw new FileAccessError("write", target, error);
    }
  };
  return {
    path,
    write: (bytes) =>
      guard(async () => {
        for (let at = 0; at < bytes.length;) at += (await fs.write(fd, bytes, at)).bytesWritten;
      }),
    close: () => guard(() => fs.datasync(fd).finally(() => fs.close(fd))),
  };
}
