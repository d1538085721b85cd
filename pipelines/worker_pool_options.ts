// The options of the command `worker_pool`.
import { InvalidArgumentError, type Command } from "commander";

export function addWorkerPoolOptions(command: Command): Command {
  return command
    .option("--port <n>", "where it listens; 0: a port that is free", portNumber, 50000)
    .option("--host <address>", "the address that it listens on", "127.0.0.1");
}

function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535)
    throw new InvalidArgumentError("It must be a number from 0 to 65535.");
  return Number(text);
}
