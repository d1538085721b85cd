// What a worker process reads in the options of its job.
import "../../sdk";
import { Struct } from "apache-beam/proto/google/protobuf/struct";

/** The options of a job by their bare names. */
export type JobOptions = Readonly<Record<string, unknown>>;

/** Reads them: portable runners write them as `beam:option:NAME:v1`. */
export function readJobOptions(options: Struct | undefined): JobOptions {
  if (options === undefined) return {};
  const values = Struct.toJson(options) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [/^beam:option:(.*):v1$/.exec(name)?.[1] ?? name, value]),
  );
}
