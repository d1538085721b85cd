// A shard that is written to a local disk as a file of its own.
import { FileAccessError } from "../../errors";
import type { ShardWriter } from "../staged_output";
import { descriptors, writeAll } from "./descriptors";

/**
 * Opens a new file to write.
 * @param target the output that errors name
 */
export async function openShard(target: string, path: string): Promise<ShardWriter> {
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
    close: () => guard(() => descriptors.close(fd)),
  };
}
