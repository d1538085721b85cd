// A file that is made while it is read, larger than a test would hold, which watches the memory that its reader keeps.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { InputFile } from "../../../storage/formats/input_format";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** The bytes of buffers that are in use. */
function held(): number {
  collect();
  // What the first one found to be free is given back by the second.
  collect();
  return process.memoryUsage().arrayBuffers;
}

export interface GeneratedFile extends InputFile {
  /** The most bytes in buffers that were in use while it was read, more than before. */
  readonly mostHeld: number;
}

/** A file of a beginning, a chunk many times over, and an end. It is read from its start to its end. */
export function repeated(before: string, chunk: Buffer, times: number, behind: string): GeneratedFile {
  let mostHeld = 0;
  return {
    name: "generated",
    size: undefined,
    get mostHeld() {
      return mostHeld;
    },
    async *read(start, end) {
      if (start > 0 || end < Infinity) return;
      const atFirst = held();
      yield Buffer.from(before);
      for (let i = 0; i < times; i++) {
        yield Buffer.from(chunk);
        if (i % 20 === 19) mostHeld = Math.max(mostHeld, held() - atFirst);
      }
      yield Buffer.from(behind);
    },
  };
}
