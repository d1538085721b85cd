// Builds a job server with Maven, once, into a cache outside the checkout.
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { JobServerError, JobServerSetupError } from "./errors";
import { KeptProcess } from "./kept_process";
import { lastError } from "./log_file";
import type { JobServerProgram } from "./program";

/** Classes that take the place of Beam's, for every engine; an engine's own are beside its pom. */
const JAVA = path.join(__dirname, "../../../runners/job_server/java");

/** Where job servers are kept: in BEAM_PREDICT_CACHE, or with the user's other caches. */
export function jobServerCache(env: NodeJS.ProcessEnv = process.env): string {
  const cache =
    env.BEAM_PREDICT_CACHE ?? path.join(env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"), "beam-predict");
  return path.join(cache, "job-servers");
}

/** The class path of a job server: the engine's classes follow Beam's. */
export function classPathIn(folder: string): string[] {
  return [path.join(folder, "job-server.jar"), path.join(folder, "engine", "*")];
}

/**
 * Builds a job server, unless the cache has it. Two processes may do so at once: each builds aside, and one of them
 * puts its result in place.
 * @returns the folder in which it is
 * @throws JobServerSetupError without Maven, or a compiler of Java
 * @throws JobServerError when Maven fails; its log is kept
 */
export async function buildJobServer(
  { name, title, pom }: Pick<JobServerProgram, "name" | "title" | "pom">,
  { env = process.env, signal }: { env?: NodeJS.ProcessEnv; signal?: AbortSignal } = {},
): Promise<string> {
  const java = [JAVA, path.join(path.dirname(pom), "java")].filter((one) => existsSync(one));
  const hash = hashOf([pom, ...java.flatMap(sourcesIn)]);
  const folder = path.join(jobServerCache(env), `${name}-${hash}`);
  if (existsSync(folder)) return folder;
  process.stderr.write(
    `Building the job server of ${title} into ${folder} (once; it takes a minute or more)\n`,
  );
  mkdirSync(path.dirname(folder), { recursive: true });
  const aside = mkdtempSync(`${folder}.build-`);
  try {
    copyFileSync(pom, path.join(aside, "pom.xml"));
    for (const one of java) cpSync(one, path.join(aside, "java"), { recursive: true });
    const log = path.join(mkdtempSync(path.join(tmpdir(), `beam-predict-${name}-build-`)), "maven.log");
    const maven = new Maven(aside, log, env, signal);
    // What Beam needs and what the engine needs are resolved apart: mixed, each would get versions of the other's.
    await maven.run(title, "-P", "job-jar", "package");
    await maven.run(
      title,
      ...[
        "-P",
        "engine",
        "dependency:copy-dependencies",
        "-DincludeScope=runtime",
        "-DoutputDirectory=engine",
      ],
    );
    rmSync(path.dirname(log), { recursive: true });
    renameSync(path.join(aside, "target", "job-server.jar"), path.join(aside, "job-server.jar"));
    for (const built of ["target", "java"]) rmSync(path.join(aside, built), { recursive: true });
    putInPlace(aside, folder);
    return folder;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function sourcesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".java"))
    .sort()
    .map((name) => path.join(folder, name));
}

function hashOf(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file)).update("\0");
  return hash.digest("hex").slice(0, 16);
}

function putInPlace(aside: string, folder: string): void {
  try {
    renameSync(aside, folder);
  } catch (error) {
    // Another process was first; what it built is the same.
    if (!existsSync(folder)) throw error;
  }
}

class Maven {
  constructor(
    private readonly folder: string,
    private readonly log: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async run(title: string, ...args: string[]): Promise<void> {
    this.signal?.throwIfAborted();
    const { env, folder: cwd } = this;
    const process = KeptProcess.start("mvn", ["-B", "-ntp", ...args], this.log, { env, cwd });
    const stop = (): void => void process.stop();
    this.signal?.addEventListener("abort", stop);
    const status = await process.exited;
    this.signal?.removeEventListener("abort", stop);
    if (status === 127 || this.signal?.aborted) rmSync(path.dirname(this.log), { recursive: true });
    this.signal?.throwIfAborted();
    if (status === 0) return;
    if (status === 127) {
      throw new JobServerSetupError(
        "NO_MAVEN",
        `Building the job server of ${title} needs Maven, and there is no 'mvn' on the PATH. Install it, or give ` +
          "a job server that is built already: --job_server_jar.",
      );
    }
    if (readFileSync(this.log, "utf8").includes("No compiler is provided")) {
      rmSync(path.dirname(this.log), { recursive: true });
      throw new JobServerSetupError(
        "NO_JDK",
        `Building the job server of ${title} needs a compiler of Java, and the Java that Maven runs on has none: it is a JRE. ` +
          "Install a JDK of 17 or later, or give a job server that is built already: --job_server_jar.",
      );
    }
    throw new JobServerError(
      "JOB_SERVER_BUILD_FAILED",
      `Maven could not build the job server of ${title}: ${lastError(this.log)} Maven's log is ${this.log}.`,
    );
  }
}
