// The native floor: what a Rust program for this job alone takes, as a peer of a benchmark. Cargo builds it when it is used first.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { readPair } from "../job.mjs";
import { IRIS_MODELS, MODELS } from "../models.mjs";

const SOURCES = path.join(import.meta.dirname, "floor");

export const floor = {
  name: "native floor (Rust)",
  models: IRIS_MODELS,
  prepare(cache) {
    const target = path.join(cache, `floor-${hashOf(SOURCES)}`);
    const program = path.join(target, "release/floor");
    if (!existsSync(program)) {
      console.error(`Building the native floor into ${target} (once; it takes a minute)`);
      const project = path.join(target, "project");
      cpSync(SOURCES, project, { recursive: true });
      lockVersions(project);
      const status = cargo(project, "build", "--release", "--locked", "--target-dir", target);
      if (status !== 0) throw new Error("The native floor could not be built: it needs Cargo.");
    }
    const options = ["--library", onnxRuntime()];
    return (input, output, { file } = MODELS.iris_model) => [
      ...[program, "--input", input, "--output", `${output}/part.ldjson`],
      ...["--model", file, ...options],
    ];
  },
  readLine: readPair,
};

/** Makes Cargo.lock of `versions.lock`, which names no registry: the one that Cargo would take stands in a lock of its own making. */
function lockVersions(project) {
  const lock = path.join(project, "Cargo.lock");
  if (cargo(project, "generate-lockfile") !== 0) throw new Error("The native floor's crates can't be found.");
  const [, registry] = /^source = "(.*)"$/m.exec(readFileSync(lock, "utf8"));
  const versions = readFileSync(path.join(project, "versions.lock"), "utf8");
  writeFileSync(lock, versions.replaceAll("REGISTRY", registry));
}

/** Runs Cargo in a project, where it finds its configuration; gives its exit status. What it says is no result. */
function cargo(project, ...args) {
  return spawnSync("cargo", args, { cwd: project, stdio: ["ignore", 2, 2] }).status;
}

/** ONNX Runtime's library in the package that this project uses, so that both compute with the same one. */
function onnxRuntime() {
  const main = createRequire(import.meta.url).resolve("onnxruntime-node");
  const bin = path.join(main, "../../bin");
  const [version] = readdirSync(bin).filter((name) => name.startsWith("napi-v"));
  const folder = path.join(bin, version, process.platform, process.arch);
  const [library] = readdirSync(folder).filter((name) => /^libonnxruntime\.(so|.*dylib)/.test(name));
  return path.join(folder, library);
}

/** A hash of the files in a folder. */
function hashOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash("sha256");
  for (const file of files) hash.update(path.relative(folder, file)).update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}
