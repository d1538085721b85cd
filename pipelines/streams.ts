// Tells pipes and devices from files: they have no size to be read by, and a file must not take their place.
import { statSync } from "node:fs";

/** Whether a path names a stream that this process has open; what it leads to may be a file of another name. */
export function isOpenStream(path: string): boolean {
  return /^\/(dev\/(stdout|stderr|fd\/\d+)|proc\/self\/fd\/\d+)$/.test(path);
}

/** Whether something is at a path on this machine that is no file and no folder. */
export function isPipeOrDevice(path: string): boolean {
  try {
    const found = statSync(path);
    return !found.isFile() && !found.isDirectory();
  } catch {
    // It is not there, or can't be: whoever opens it will say so.
    return false;
  }
}
