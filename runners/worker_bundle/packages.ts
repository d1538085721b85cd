// The packages that a worker needs, and where each goes in the bundle so that `require` finds what it finds here.
import { existsSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { WorkerBundleError } from "./errors";
import type { Platform } from "./platform";

/** A package, and its folder in the bundle. */
export interface PlacedPackage {
  /** The folder in which it is installed, without links. */
  dir: string;
  /** Its folder in the bundle: `node_modules/a/node_modules/b`. */
  place: string;
}

/** What there is to know of a package. */
export interface PackageJson {
  name?: string;
  version?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  files?: string[];
  os?: string[];
  cpu?: string[];
}

/**
 * Packages with all that they depend on, as `npm install --omit=dev` would have them. Each goes to the top where that
 * is free, and below the package that needs it where another version is there.
 */
export class Packages {
  /** By their places. */
  private readonly placed = new Map<string, PlacedPackage>();

  constructor(private readonly platform: Platform) {}

  /** All packages, in the order of their places. */
  list(): PlacedPackage[] {
    return [...this.placed.values()].sort((a, b) => (a.place < b.place ? -1 : 1));
  }

  /**
   * Adds a package to the top of the bundle, with its dependencies.
   * @param dir where it is installed
   * @throws WorkerBundleError when one of them is not installed
   */
  add(name: string, dir: string): void {
    const queue: PlacedPackage[] = [];
    this.place(name, realpathSync(dir), "", queue);
    // A package's dependencies are placed together, before any of theirs: none can come between one that is
    // placed already and what it has found.
    for (const { dir: needing, place } of queue) {
      for (const [needed, isOptional] of dependenciesOf(needing)) {
        const found = findPackage(needed, needing);
        if (found !== undefined) this.place(needed, realpathSync(found), place, queue);
        else if (!isOptional) {
          throw new WorkerBundleError(
            `The package '${needed}' is not installed, and '${readPackage(needing).name}' needs it. Run npm install.`,
          );
        }
      }
    }
  }

  private place(name: string, dir: string, needingPlace: string, queue: PlacedPackage[]): void {
    if (!this.isForPlatform(dir)) return;
    const seen = this.nearest(name, needingPlace);
    if (seen?.dir === dir) return;
    const place = path.posix.join(seen === undefined ? "" : needingPlace, "node_modules", name);
    if (this.placed.has(place)) {
      throw new WorkerBundleError(
        `Two packages called '${name}' can't both be at the top of the bundle: ${seen!.dir}, ${dir}.`,
      );
    }
    const one = { dir, place };
    this.placed.set(place, one);
    queue.push(one);
  }

  /** What `require` of a package at a place would find. */
  private nearest(name: string, place: string): PlacedPackage | undefined {
    for (let at = place; ; at = path.posix.dirname(at)) {
      const found = this.placed.get(path.posix.join(at === "." ? "" : at, "node_modules", name));
      if (found !== undefined) return found;
      if (at === "" || at === ".") return undefined;
    }
  }

  private isForPlatform(dir: string): boolean {
    const { os, cpu } = readPackage(dir);
    return allows(os, this.platform.os) && allows(cpu, this.platform.arch);
  }
}

/** The packages that one needs, and whether it does without. */
function dependenciesOf(dir: string): [name: string, isOptional: boolean][] {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = readPackage(dir);
  const all = new Map<string, boolean>();
  for (const name of Object.keys(peerDependencies ?? {})) {
    if (peerDependenciesMeta?.[name]?.optional !== true) all.set(name, false);
  }
  for (const name of Object.keys(dependencies ?? {})) all.set(name, false);
  for (const name of Object.keys(optionalDependencies ?? {})) all.set(name, true);
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The folder in which code in a folder finds a package. */
export function findPackage(name: string, from: string): string | undefined {
  for (let at = from; ; at = path.dirname(at)) {
    const dir = path.join(at, "node_modules", name);
    if (existsSync(path.join(dir, "package.json"))) return dir;
    if (path.dirname(at) === at) return undefined;
  }
}

export function readPackage(dir: string): PackageJson {
  return JSON.parse(readFileSync(path.join(dir, "package.json"), "utf8")) as PackageJson;
}

/** Whether a list of `os` or `cpu` allows one: all that it names, or all but those that it names with a `!`. */
function allows(list: readonly string[] | undefined, one: string): boolean {
  if (list === undefined || list.length === 0) return true;
  if (list.includes(`!${one}`)) return false;
  return list.includes(one) || list.includes("any") || list.every((name) => name.startsWith("!"));
}
