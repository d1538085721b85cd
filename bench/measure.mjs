// Runs a command and measures it with all the processes that it starts: seconds, processor seconds, memory.
import { spawn, spawnSync } from "node:child_process";
import { clearTimeout, setTimeout } from "node:timers";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";

/** Milliseconds to the next look at the processes: short commands are looked at often, long ones not held up. */
const interval = (elapsed) => Math.min(1000, Math.max(20, elapsed / 20));
/** Bash counts the processor time of processes that have ended, also between two samples, as far as their parents waited for them. */
const TIMED = 'TIMEFORMAT="%3U %3S"; time "$@" 2>&1';
/**
 * The memory of processes is looked at closely when this many times as much is resident as the last time: it takes the system 13 ms a
 * process, which were those of the job that was measured. The peak is that much too low at most.
 */
const GROWN = 1.05;
/** Processor time is counted in these (USER_HZ on Linux). */
const TICKS_PER_SECOND = 100;

/**
 * Runs a command to its end.
 * @param log the file that takes what it says
 * @returns wall seconds; processor seconds (user and system, of every process of the tree); the peak in bytes of the tree's memory,
 * pages that are shared counted once; processor seconds by program, each up to its last sample
 * @throws when it fails
 */
export async function measure([file, ...args], { cwd, env, log }) {
  const output = openSync(log, "w");
  // What the one before has written must not be on its way to the disk.
  spawnSync("sync");
  const before = new Set(processes());
  const started = performance.now();
  const child = spawn("bash", ["-c", TIMED, "bash", file, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", output, "pipe"],
  });
  closeSync(output);
  let times = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (times += text));
  const tree = new ProcessTree(child.pid, before);
  let timer;
  function sample() {
    tree.sample();
    timer = setTimeout(sample, interval(performance.now() - started));
  }
  sample();
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => resolve(status ?? signal));
  });
  try {
    const status = await ended;
    const seconds = (performance.now() - started) / 1000;
    if (status !== 0)
      throw new Error(`${file} ended with ${status}:\n${readFileSync(log, "utf8").slice(-2000)}`);
    const waitedFor = times
      .split(/\s+/)
      .map(Number)
      .reduce((sum, time) => sum + time, 0);
    const { processorSeconds, ...rest } = tree.totals();
    return { seconds, processorSeconds: Math.max(processorSeconds, waitedFor), ...rest };
  } finally {
    clearTimeout(timer);
  }
}

/** A process and those that descend from it, also when their parents have ended before them. */
class ProcessTree {
  #members;
  #strangers;
  #peak = 0;
  /** What was resident when the memory was last looked at. */
  #resident = 0;

  /** @param strangers processes that were there before: none of its, and not worth a look each time */
  constructor(root, strangers) {
    this.#members = new Map([[root, { program: "", ticks: 0 }]]);
    this.#strangers = strangers;
  }

  sample() {
    const present = processes();
    // The system gives the numbers of those that have ended to new ones.
    this.#strangers = new Set(present.filter((pid) => this.#strangers.has(pid)));
    const ours = present.filter((pid) => !this.#strangers.has(pid) && this.#read(pid));
    const resident = sum(ours, residentOf);
    if (resident < GROWN * this.#resident) return;
    this.#resident = resident;
    this.#peak = Math.max(this.#peak, sum(ours, memoryOf));
  }

  /** @returns whether a process belongs to the tree */
  #read(pid) {
    const stat = read(`/proc/${pid}/stat`);
    if (stat === undefined) return false;
    // The program's name stands in parentheses, and may hold some itself.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number);
    if (!this.#members.has(pid) && !this.#members.has(parent)) return false;
    const program = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    this.#members.set(pid, { program, ticks: user + system });
    return true;
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

function processes() {
  return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

/** In pages, those that are shared whole. */
function residentOf(pid) {
  return Number(read(`/proc/${pid}/statm`)?.split(" ")[1] ?? 0);
}

function sum(pids, valueOf) {
  return pids.reduce((total, pid) => total + valueOf(pid), 0);
}

/** In bytes; a page that processes share counts in parts. */
function memoryOf(pid) {
  const [, kib = 0] = /^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? "") ?? [];
  return 1024 * Number(kib);
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
