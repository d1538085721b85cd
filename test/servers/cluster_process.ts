// The processes of a cluster that a test starts: kept ones, which never outlive the test, and what they say of themselves.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { KeptProcess } from "../../runners/job_server/kept_process";

/** The virtual machines of clusters are sized by their own settings. */
const ENV: NodeJS.ProcessEnv = { ...process.env };
delete ENV.JAVA_TOOL_OPTIONS;

const START_MS = 120_000;

/** The processes of one cluster, in a temporary folder of their own. */
export class ClusterProcesses {
  readonly folder: string;
  private readonly running = new Map<string, KeptProcess>();

  constructor(name: string) {
    this.folder = mkdtempSync(path.join(tmpdir(), `beam-predict-${name}-cluster-`));
  }

  /** The path of a folder that is made for the cluster. */
  makeFolder(name: string): string {
    const folder = path.join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** @param name of the process, which its log has too */
  start(name: string, file: string, args: readonly string[], env: Record<string, string>): void {
    const kept = KeptProcess.start(file, args, this.log(name), {
      env: { ...ENV, ...env },
      cwd: this.folder,
      // The first one is that which the cluster can't do without.
      temporary: this.running.size === 0 ? this.folder : "",
    });
    this.running.set(name, kept);
  }

  /** Waits until the cluster says that it is there. */
  async until(ready: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + START_MS;
    while (!(await ready().catch(() => false))) {
      if (performance.now() > deadline) {
        const logs = [...this.running.keys()].map((name) =>
          readFileSync(this.log(name), "utf8").slice(-2000),
        );
        await this.stop();
        throw new Error(`The cluster did not start within ${START_MS / 1000} s: ${logs.join("\n---\n")}`);
      }
      await sleep(100);
    }
  }

  /** The ids of the cluster's processes whose command lines hold all of the texts. */
  idsWith(...texts: string[]): number[] {
    const all = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8", maxBuffer: 1 << 26 });
    return all
      .split("\n")
      .filter((line) => [...texts, this.folder].every((text) => line.includes(text)))
      .map((line) => Number.parseInt(line, 10))
      .filter((pid) => pid !== process.pid);
  }

  /** What a process has said so far. */
  said(name: string): string {
    return readFileSync(this.log(name), "utf8");
  }

  async stop(): Promise<void> {
    await Promise.all([...this.running.values()].map((kept) => kept.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private log(name: string): string {
    return path.join(this.folder, `${name}.log`);
  }
}

/** The JSON at an address. */
export async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return response.json();
}
