// A shard that is written to a local disk as a file of its own.
import { FileAccessError } from "../../errors";
import type { ShardWriter } from "../staged_output";
import { descriptors, writeAll } from "./descriptors";

/**
 * Opens a new file to write.
 * @param target the output that errors name
 * @param isDurable whether it is on the disk when it is closed; a shard that is copied need not be
 */
export async function openShard(target: string, path: string, isDurable: boolean): Promise<ShardWriter> {
  const fd = await descriptors.open(path, "wx");
  const guard = async (action: () => Promise<void>): Promise<void> => {
    try {
      await action();
    } catch (error) {
      throw new FileAccessError("write", target, error);
    }
  };
  return {
    path,
    write: (bytes) => guard(() => writeAll(fd, bytes)),
    close: () =>
      guard(async () => {
        try {
          if (isDurable) await descriptors.datasync(fd);
        } finally {
          await descriptors.close(fd);
        }
      }),
  };
}
