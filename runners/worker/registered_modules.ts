// Loads the modules that a pipeline's DoFns are registered in, so that a worker finds them by name.
import "../../sdk";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Struct } from "apache-beam/proto/google/protobuf/struct";
import { WorkerError } from "./errors";
import { readJobOptions } from "./job_options";

/**
 * What the SDK registers under its own name is in one of its modules. The package as a whole has connectors with clients of cloud
 * services, which took more than half of a worker's start: 0.7 s of 1.3.
 */
const SDK = { name: "apache-beam", module: "apache-beam/internal/serialize" };

/** The names of the modules in a job's options. */
export function registeredModules(options: Struct | undefined): string[] {
  const names = readJobOptions(options).registered_node_modules;
  return Array.isArray(names) ? names.map(String) : [];
}

/**
 * Loads modules: as this package sees them, or as the folder sees them in which the worker was started.
 * @throws WorkerError that names the module
 */
export function loadModules(names: readonly string[]): void {
  const fromHere = createRequire(__filename);
  const fromFolder = createRequire(join(process.cwd(), "worker"));
  for (const name of names) {
    const module = name === SDK.name ? SDK.module : name;
    try {
      (canResolve(fromHere, module) ? fromHere : fromFolder)(module);
    } catch (cause) {
      throw new WorkerError(
        `Module '${name}', which the pipeline's code is registered in, can't be loaded on this worker ` +
          `(process ${process.pid} in ${process.cwd()}): ${(cause as Error).message}`,
        { cause },
      );
    }
  }
}

function canResolve(from: NodeJS.Require, name: string): boolean {
  try {
    from.resolve(name);
    return true;
  } catch {
    return false;
  }
}
