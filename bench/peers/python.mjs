// Python programs as peers: each has a virtual environment of its own with pinned packages, made once.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";

/**
 * Installs what a peer's `requirements.txt` names into a folder of the cache.
 * @param name of the peer's folder beside this file
 * @returns the environment's Python, and the peer's program
 */
export function pythonPeer(cache, name) {
  const folder = path.join(import.meta.dirname, name);
  const requirements = path.join(folder, "requirements.txt");
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const environment = path.join(cache, `${name}-${hash}`);
  const ready = path.join(environment, "ready");
  if (!existsSync(ready)) {
    console.error(`Installing ${name} into ${environment} (once; it may take some minutes)`);
    run("python3", "-m", "venv", "--clear", environment);
    const pip = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", requirements];
    run(path.join(environment, "bin/python"), ...pip, "--log", `${ready}.log`);
    renameSync(`${ready}.log`, ready);
  }
  return { python: path.join(environment, "bin/python"), program: path.join(folder, "job.py") };
}

/** The version of the package that a peer's `requirements.txt` names first. */
export function pythonVersion(name) {
  const requirements = readFileSync(path.join(import.meta.dirname, name, "requirements.txt"), "utf8");
  return /==(\S+)/.exec(requirements)[1];
}

function run(file, ...args) {
  // What it says is no result.
  const { status } = spawnSync(file, args, { stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error(`${path.basename(file)} ${args[0]} failed.`);
}
