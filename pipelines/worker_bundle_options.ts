// The options of the command `worker_bundle`.
import { InvalidArgumentError, Option, type Command } from "commander";
import { DEFAULT_PLATFORM, parsePlatform, type Platform } from "../runners/worker_bundle/platform";
import { loadModelOption } from "./options";

export function addWorkerBundleOptions(command: Command): Command {
  return command
    .requiredOption("--output <path>", "the archive to write, a .tar.gz", archive)
    .addOption(
      new Option("--platform <os/arch>", "what the nodes run on")
        .argParser(platform)
        .default(parsePlatform(DEFAULT_PLATFORM), DEFAULT_PLATFORM),
    )
    .option("--with_node", "packs Node too, so that nodes need nothing installed", false)
    .addOption(loadModelOption())
    .addOption(
      new Option("--include <path...>", "files and folders of the project that go along; repeatable").default(
        [],
        "none",
      ),
    )
    .option("--quiet", "tells nothing of what is packed", false);
}

function archive(text: string): string {
  if (!/\.(tar\.gz|tgz)$/.test(text)) throw new InvalidArgumentError("It must end in .tar.gz.");
  return text;
}

function platform(text: string): Platform {
  const parsed = parsePlatform(text);
  if (parsed === undefined)
    throw new InvalidArgumentError("It must be like linux/x64, linux/arm64 or darwin/arm64.");
  return parsed;
}
