// Finds Java, new enough for the engines.
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { JobServerSetupError } from "./errors";

/** The oldest Java that will do. */
export const OLDEST_JAVA = 17;

/**
 * Finds `java`: in JAVA_HOME where that is set, else on the PATH.
 * @returns the executable
 * @throws JobServerSetupError when there is none, or only an old one
 */
export async function findJava(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const home = env.JAVA_HOME;
  const java = home ? path.join(home, "bin", "java") : "java";
  const where = home ? `JAVA_HOME (${home})` : "the PATH";
  const version = await readVersion(java, env);
  if (version === undefined) {
    throw new JobServerSetupError(
      "NO_JAVA",
      `This runner needs Java ${OLDEST_JAVA} or later, and there is none in ${where}. Install one, or set JAVA_HOME.`,
    );
  }
  if (version < OLDEST_JAVA) {
    throw new JobServerSetupError(
      "OLD_JAVA",
      `This runner needs Java ${OLDEST_JAVA} or later; the one in ${where} is ${version}. Set JAVA_HOME to a later one.`,
    );
  }
  return java;
}

async function readVersion(java: string, env: NodeJS.ProcessEnv): Promise<number | undefined> {
  try {
    const { stdout, stderr } = await promisify(execFile)(java, ["-version"], { env });
    // "17.0.15", "21", and "1.8.0_402" for 8.
    const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(stderr + stdout) ?? [];
    if (first === undefined) return undefined;
    return Number(first === "1" ? second : first);
  } catch {
    return undefined;
  }
}
