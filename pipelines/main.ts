#!/usr/bin/env node
// The executable: runs the command line and exits with its status.
import { main } from "./cli";

// Whoever reads may stop when they have seen enough (`| head`), which is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
