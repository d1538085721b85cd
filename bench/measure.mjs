// Runs a command and measures it with all the processes that it starts: seconds, processor seconds, memory.
import { spawn } from "node:child_process";
import { clearInterval, setInterval } from "node:timers";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";

const SAMPLE_MS = 50;
/** Memory is asked for less often: the system walks through the page tables for it. */
const MEMORY_MS = 250;
/** Processor time is counted in these (USER_HZ on Linux). */
const TICKS_PER_SECOND = 100;

/**
 * Runs a command to its end.
 * @param log the file that takes what it says
 * @returns wall seconds; processor seconds (user and system, of every process of the tree up to its last sample); the peak in bytes
 * of the tree's memory, pages that are shared counted once; processor seconds by program
 * @throws when it fails
 */
export async function measure([file, ...args], { cwd, env, log }) {
  const output = openSync(log, "w");
  const started = performance.now();
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  const tree = new ProcessTree(child.pid);
  const timer = setInterval(() => tree.sample(), SAMPLE_MS);
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status, signal) => resolve(status ?? signal));
  });
  try {
    const status = await ended;
    const seconds = (performance.now() - started) / 1000;
    if (status !== 0)
      throw new Error(`${file} ended with ${status}:\n${readFileSync(log, "utf8").slice(-2000)}`);
    return { seconds, ...tree.totals() };
  } finally {
    clearInterval(timer);
  }
}

/** A process and those that descend from it, also when their parents have ended before them. */
class ProcessTree {
  #members;
  #peak = 0;
  #measuredMemory = 0;

  constructor(root) {
    this.#members = new Map([[root, { program: "", ticks: 0 }]]);
  }

  sample() {
    for (const pid of readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)) {
      const stat = read(`/proc/${pid}/stat`);
      if (stat === undefined) continue;
      // The program's name stands in parentheses, and may hold some itself.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number);
      const known = this.#members.has(pid);
      if (!known && !this.#members.has(parent)) continue;
      const program = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
      this.#members.set(pid, { program, ticks: user + system });
    }
    if (performance.now() - this.#measuredMemory < MEMORY_MS) return;
    this.#measuredMemory = performance.now();
    const memory = [...this.#members.keys()].map((pid) => {
      const [, kib = 0] = /^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? "") ?? [];
      return 1024 * Number(kib);
    });
    this.#peak = Math.max(
      this.#peak,
      memory.reduce((sum, bytes) => sum + bytes, 0),
    );
  }

  totals() {
    const programs = {};
    for (const { program, ticks } of this.#members.values()) {
      programs[program] = (programs[program] ?? 0) + ticks / TICKS_PER_SECOND;
    }
    const processorSeconds = Object.values(programs).reduce((sum, seconds) => sum + seconds, 0);
    return { processorSeconds, memory: this.#peak, programs };
  }
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // It has ended.
    return undefined;
  }
}

if (process.argv[1] === import.meta.filename) {
  const { programs, ...rest } = await measure(process.argv.slice(2), {
    cwd: process.cwd(),
    log: "/dev/stderr",
  });
  console.log(JSON.stringify({ ...rest, programs }));
}
