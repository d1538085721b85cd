// The command of PROCESS environments on this machine: one file that starts a worker of this package with this Node.
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { WORKER_NODE_OPTIONS } from "./node_options";

/**
 * Engines start one executable and give it arguments of their own, so Node and the script are named in a file. It is
 * in the cache: a job that outlives this process may still start workers.
 * @returns its path
 */
export function workerCommand(env: NodeJS.ProcessEnv = process.env): string {
  const command = [process.execPath, ...WORKER_NODE_OPTIONS, path.join(__dirname, "boot.js")];
  const script = `#!/bin/sh\nexec ${command.map(quote).join(" ")} "$@"\n`;
  const cache =
    env.BEAM_PREDICT_CACHE ?? path.join(env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"), "beam-predict");
  const hash = createHash("sha256").update(script).digest("hex").slice(0, 16);
  const file = path.join(cache, "workers", `worker-${hash}.sh`);
  if (existsSync(file)) return file;
  mkdirSync(path.dirname(file), { recursive: true });
  // Written aside: another process may start one at this moment.
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, script);
  chmodSync(aside, 0o755);
  renameSync(aside, file);
  return file;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
