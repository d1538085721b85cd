// The executable that runs a program for as long as whoever started it lives: the program ends when standard input does.
//
// A process that is killed can't stop what it started, but the pipe that it held is closed by the system. Java does not
// watch its standard input, so this small process does it for it.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";

/** How many milliseconds the program may take to end by itself, before it is killed with all that it started. */
const GRACE_MS = 5_000;

/** A folder for what the program writes aside, which is removed after it; or nothing. */
const [temporary, file, ...args] = process.argv.slice(2);
// In a group of its own, so that what it started can be ended with it.
const child = spawn(file, args, { stdio: ["ignore", "inherit", "inherit"], detached: true });

function signalAll(signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // It has ended.
  }
}

function removeTemporary(): void {
  if (temporary !== "") rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
}

let graceMs = GRACE_MS;

function end(): void {
  if (graceMs > 0) signalAll("SIGTERM");
  setTimeout(() => signalAll("SIGKILL"), graceMs);
}

child.once("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  removeTemporary();
  process.exit(127);
});
child.once("exit", (code, signal) => {
  // What it started and did not stop.
  signalAll("SIGKILL");
  removeTemporary();
  process.exit(signal === null ? code! : 128);
});
// Whoever ends it may say before how much time it has.
process.stdin.on("data", (text) => (graceMs = Number(text)));
process.stdin.once("close", end);
process.stdin.once("error", end);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
