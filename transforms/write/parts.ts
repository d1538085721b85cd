// What the writers of a job tell its commit: the shards that they wrote, and what was read.
import "../../sdk";
import { KVCoder } from "apache-beam/coders/required_coders";
import { StrUtf8Coder } from "apache-beam/coders/standard_coders";
import { jsonCoder } from "../blocks/coder";
import type { Failure } from "../failure";
import type { ReadCounts } from "../read_records";

/** One message to the commit. */
export type Part =
  | { of: "nothing" }
  | { of: "read"; counts: ReadCounts }
  | { of: "output"; path: string; rows: number; outcomes: number[] }
  | { of: "errors"; path: string; rows: number; examples: Failure[] };

export const partCoder = jsonCoder<Part>();

/** All messages go to one commit, by one key. */
export const commitCoder = new KVCoder<string, Part>(new StrUtf8Coder(), partCoder);
