// A small disk for the command: a file system of a few megabytes in a mount namespace of its own, which is gone with the command.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { COMMAND, linesOf, type Ended, type Workplace } from "./command";

/** As any user where that is allowed, or as root. */
const WAYS = ["unshare -rm", "unshare -m"];

/** How the command ended, and what was on the small disk then. */
export interface EndedOnSmallDisk extends Ended {
  /** The paths of files and folders. */
  left: string[];
  /** What `output.ldjson` and `output.errors.ldjson` hold. */
  previous: string[];
}

/**
 * Runs the command with the folder `small` a disk of 8 MiB, on which there is the output of a job before.
 * @param assignments of environment variables, as in a shell
 */
export async function runOnSmallDisk(
  place: Workplace,
  line: string,
  assignments = "",
): Promise<EndedOnSmallDisk> {
  mkdirSync(place.path("small"));
  place.write(
    "script",
    `mount -t tmpfs -o size=8m tmpfs small || exit
    echo old > small/output.ldjson
    echo 'old errors' > small/output.errors.ldjson
    ${assignments} '${process.execPath}' '${COMMAND}' ${line}
    status=$?
    cd small
    cat output.ldjson output.errors.ldjson
    find . -mindepth 1
    exit $status`,
  );
  const ended = await place.shell(`${way(place)} sh script`);
  const [output, errors, ...left] = linesOf(ended.stdout);
  return { ...ended, left: left.sort(), previous: [output, errors] };
}

/** @throws when nobody may mount anything here: a test that is left out would tell nobody that it was */
function way(place: Workplace): string {
  const refusals: string[] = [];
  for (const one of WAYS) {
    const probe = `${one} mount -t tmpfs -o size=8m tmpfs small`;
    const { status, stderr, error } = spawnSync("sh", ["-c", probe], { cwd: place.folder, encoding: "utf8" });
    if (status === 0) return one;
    refusals.push(`${probe}: ${error?.message ?? stderr.trim()}`);
  }
  throw new Error(
    "This test mounts a small file system in a mount namespace of its own, which is refused here. Run it as root, or allow user " +
      `namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=0). ${refusals.join("; ")}`,
  );
}
