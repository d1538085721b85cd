// What a bundle that ends processes is at, written down before it is done, so that those who are left can tell.
import { readFileSync, writeFileSync } from "node:fs";
import { inspect } from "node:util";

/** Where a bundle is. */
export interface Place {
  /** The id of the transform. */
  readonly transform: string;
  /** In words, as "this element: 7". */
  readonly at: string;
}

/** What is shown of an element, in characters. */
const SHOWN = 500;

/** Notes where a bundle is, as far as there is room on the disk: whoever can't note it must go on without. */
export function writeTrace(file: string, place: Place): void {
  try {
    writeFileSync(file, JSON.stringify(place));
  } catch {
    return;
  }
}

/** What was noted last, if anything was. */
export function readTrace(file: string | undefined): Place | undefined {
  try {
    return file === undefined ? undefined : (JSON.parse(readFileSync(file, "utf8")) as Place);
  } catch {
    return undefined;
  }
}

/** An element on one line, as far as it can be shown: of many values the first ones, a block's bytes in short. */
export function shown(value: unknown): string {
  const options = {
    depth: 5,
    maxArrayLength: 3,
    maxStringLength: SHOWN,
    breakLength: Infinity,
    compact: true,
  };
  try {
    return inspect(value, options).replace(/\s+/g, " ").slice(0, SHOWN);
  } catch {
    return String(value).slice(0, SHOWN);
  }
}
