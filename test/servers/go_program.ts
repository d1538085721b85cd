// Servers written in Go, built once from their module into a cache outside the checkout.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { CACHE } from "./cache";

/** The servers that tests start. */
export const GO_PROGRAMS = {
  versitygw: "github.com/versity/versitygw/cmd/versitygw@v1.8.0",
  "fake-gcs-server": "github.com/fsouza/fake-gcs-server@v1.56.1",
} as const;

export type GoProgram = keyof typeof GO_PROGRAMS;

/** The executable of a program, where `buildGoPrograms` puts it. */
export function executable(name: GoProgram): string {
  const version = GO_PROGRAMS[name].split("@")[1];
  return path.join(CACHE, "bin", `${name}-${version}`);
}

/** Builds what the cache has not; called once before all tests. */
export function buildGoPrograms(): void {
  for (const name of Object.keys(GO_PROGRAMS) as GoProgram[]) {
    if (existsSync(executable(name))) continue;
    const bin = path.dirname(executable(name));
    mkdirSync(bin, { recursive: true });
    // Built aside and then renamed: another run may build at the same time, and none may find half a file.
    const aside = mkdtempSync(path.join(bin, "build-"));
    process.stderr.write(`Building ${GO_PROGRAMS[name]} for the tests (once)\n`);
    const { status, error, stderr } = spawnSync("go", ["install", GO_PROGRAMS[name]], {
      env: { ...process.env, GOBIN: aside, GOFLAGS: "-mod=mod" },
      encoding: "utf8",
    });
    if (status !== 0) {
      rmSync(aside, { recursive: true });
      throw new Error(
        `The tests need ${name}, which 'go install' could not build. Install Go 1.25 or later, or put the ` +
          `program at ${executable(name)}. ${error?.message ?? stderr.slice(-2000)}`,
      );
    }
    renameSync(path.join(aside, name), executable(name));
    rmSync(aside, { recursive: true });
  }
}
