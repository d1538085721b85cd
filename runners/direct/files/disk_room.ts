// Whether a disk has room: a job must not fill it to the last byte, which others need to go on, and the job itself to say why it ends.
import { statfsSync } from "node:fs";
import path from "node:path";
import { DiskFullError, type Room } from "../errors";

/** So many bytes of a disk are left to others, or this part of a small one. */
const SPARE_BYTES = 256 * 2 ** 20;
const SPARE_PART = 1 / 20;

/**
 * Looks whether there is room for more in a job's folder.
 * @throws DiskFullError
 */
export function checkRoom(folder: string, needed: number): void {
  const room = roomOf(folder);
  if (room !== undefined && room.free - needed < room.spare)
    throw new DiskFullError(named(folder), needed, room);
}

/** The error of a write of so many bytes into a job's folder: where the disk was full, that is what it says. */
export function writeError(folder: string, needed: number, error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== "ENOSPC") return error;
  return new DiskFullError(named(folder), needed, roomOf(folder) ?? { free: 0, spare: 0 }, error);
}

/** Some file systems tell no size: they are written to until they refuse. */
function roomOf(folder: string): Room | undefined {
  const { bavail, blocks, bsize } = statfsSync(folder);
  if (blocks === 0) return undefined;
  return { free: bavail * bsize, spare: Math.min(SPARE_BYTES, blocks * bsize * SPARE_PART) };
}

/** What is said to a person: the job's own folder is gone by then. */
function named(folder: string): string {
  return path.dirname(folder);
}
