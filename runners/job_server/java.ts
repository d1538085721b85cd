// Finds Java, new enough for the engines.
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { JobServerSetupError } from "./errors";

/** The oldest Java that will do. */
export const OLDEST_JAVA = 17;

export interface Java {
  executable: string;
  /** As Java writes it: "17.0.15". */
  version: string;
}

/**
 * Finds `java`: in JAVA_HOME where that is set, else on the PATH.
 * @throws JobServerSetupError when there is none, or only an old one
 */
export async function findJava(env: NodeJS.ProcessEnv = process.env): Promise<Java> {
  const home = env.JAVA_HOME;
  const executable = home ? path.join(home, "bin", "java") : "java";
  const where = home ? `JAVA_HOME (${home})` : "the PATH";
  const version = await readVersion(executable, env);
  if (version === undefined) {
    throw new JobServerSetupError(
      "NO_JAVA",
      `This runner needs Java ${OLDEST_JAVA} or later, and there is none in ${where}. Install one, or set JAVA_HOME.`,
    );
  }
  const release = releaseOf(version);
  if (release < OLDEST_JAVA) {
    throw new JobServerSetupError(
      "OLD_JAVA",
      `This runner needs Java ${OLDEST_JAVA} or later; the one in ${where} is ${release}. Set JAVA_HOME to a later one.`,
    );
  }
  return { executable, version };
}

async function readVersion(java: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await promisify(execFile)(java, ["-version"], { env });
    return /version "(\d[\w.+-]*)"/.exec(stderr + stdout)?.[1];
  } catch {
    return undefined;
  }
}

/** "17.0.15", "21", and "1.8.0_402" for 8. */
function releaseOf(version: string): number {
  const [first, second] = version.split(/[^\d]/);
  return Number(first === "1" ? second : first);
}
