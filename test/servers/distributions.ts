// Whole distributions of Flink and Spark for the tests' clusters, which PyPI has; installed once into the tests' cache.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, readdirSync, renameSync } from "node:fs";
import path from "node:path";
import { CACHE, makeOnce } from "./cache";

const FLINK = "1.19.1";
const SPARK = "3.5.6";

/** Of the scripts alone: they are the same whatever Python they came for. */
const ANY_PYTHON = [
  ...["--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"],
  ...["--platform", "manylinux1_x86_64"],
];

/** FLINK_HOME: `bin`, `lib`, `conf`. */
export const FLINK_HOME = path.join(CACHE, `flink-${FLINK}`);
/** SPARK_HOME: `bin`, `jars`. */
export const SPARK_HOME = path.join(CACHE, `spark-${SPARK}`);

/** Installs what the cache has not; called once before all tests. */
export function installDistributions(): void {
  makeOnce(path.basename(FLINK_HOME), (folder) => {
    // In folders of their own: pip would not put the second package into the first one's.
    install(`apache-flink==${FLINK}`, path.join(folder, "scripts"), ANY_PYTHON);
    install(`apache-flink-libraries==${FLINK}`, path.join(folder, "libraries"));
    for (const part of ["scripts", "libraries"])
      cpSync(path.join(folder, part, "pyflink"), folder, { recursive: true });
    makeExecutable(path.join(folder, "bin"));
  });
  makeOnce(path.basename(SPARK_HOME), (folder) => {
    install(`pyspark==${SPARK}`, path.join(folder, "package"));
    const whole = path.join(folder, "package", "pyspark");
    for (const name of ["bin", "sbin", "jars"]) renameSync(path.join(whole, name), path.join(folder, name));
    makeExecutable(path.join(folder, "bin"));
  });
}

function install(requirement: string, target: string, options: readonly string[] = []): void {
  process.stderr.write(`Installing ${requirement} for the tests (once)\n`);
  const args = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--target", target];
  const { status, error, stderr } = spawnSync("python3", [...args, ...options, requirement], {
    encoding: "utf8",
  });
  if (status === 0) return;
  throw new Error(
    `The tests need ${requirement}, which pip could not install into ${CACHE}. Install Python 3 with pip. ` +
      (error?.message ?? stderr.slice(-2000)),
  );
}

function makeExecutable(folder: string): void {
  for (const name of readdirSync(folder)) chmodSync(path.join(folder, name), 0o755);
}
