#!/usr/bin/env node
// The executable: runs the command line and exits with its status.
import { main } from "./cli";

void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
