// The files of a user's own project that a worker needs: modules with what they import, and what else is named.
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { WorkerBundleError } from "./errors";
import { filesUnder } from "./files";
import { importsOf } from "./imports";
import { findPackage, readPackage } from "./packages";

const SCRIPT = /\.[cm]?js$/;

/** A file that need not be there: what the command line names is found as from it. */
const ENTRY = "(command line)";

/** What modules of a project need. */
export interface ProjectFiles {
  /** Files, as paths from the project's folder with slashes. */
  files: Set<string>;
  /** Installed packages by their names, and where they are. */
  packages: Map<string, string>;
}

/** Collects the files of a project, which stand in the bundle as they stand in its folder. */
export class Project {
  readonly found: ProjectFiles = { files: new Set(), packages: new Map() };
  readonly root: string;

  /**
   * @param folder where the commands run: names of modules are from here, on the worker too
   * @param application the name of the package that the bundle has in any case
   */
  constructor(
    folder: string,
    private readonly application: string,
  ) {
    this.root = realpathSync(folder);
    // The code of a package may call its own modules by the package's name.
    const isPackage = existsSync(path.join(this.root, "package.json"));
    if (isPackage && readPackage(this.root).name !== application) this.found.files.add("package.json");
  }

  /**
   * Adds a module as `--load_model` names it: a path, or an installed package.
   * @throws WorkerBundleError when it, or what it imports, is not found
   */
  addModule(name: string): void {
    if (path.isAbsolute(name)) {
      throw new WorkerBundleError(
        `'${name}' is an absolute path, and the bundle may be unpacked anywhere. Name it from this folder, as ./model.js.`,
      );
    }
    this.addImport(name, path.join(this.root, ENTRY));
  }

  /**
   * Adds a file or all of a folder; modules with what they import.
   * @throws WorkerBundleError
   */
  addPath(name: string): void {
    const file = path.resolve(this.root, name);
    const entry = statSync(file, { throwIfNoEntry: false });
    if (entry === undefined) throw new WorkerBundleError(`There is no '${name}' (--include).`);
    if (!entry.isDirectory()) this.addFile(file);
    else for (const inside of filesUnder(file)) this.addFile(path.join(file, inside));
  }

  private addFile(file: string): void {
    const inRoot = this.inRoot(file);
    if (inRoot === undefined) {
      throw new WorkerBundleError(
        `'${file}' is not in ${this.root}, which is what the bundle holds. Run the command in a folder above it.`,
      );
    }
    if (this.found.files.has(inRoot)) return;
    this.found.files.add(inRoot);
    if (!SCRIPT.test(file)) return;
    this.addPackageJson(path.dirname(file));
    for (const name of importsOf(readFileSync(file, "utf8"), file)) this.addImport(name, file);
  }

  /** Adds what a file imports: another file of the project, or a package. */
  private addImport(name: string, from: string): void {
    const packageName = packageNameOf(name);
    if (isBuiltin(name) || packageName === this.application) return;
    const dir = packageName && findPackage(packageName, path.dirname(from));
    if (packageName !== undefined && dir !== undefined) {
      this.found.packages.set(packageName, dir);
      return;
    }
    let file: string;
    try {
      file = createRequire(from).resolve(name);
    } catch (cause) {
      const importer = path.relative(this.root, from);
      const what = importer === ENTRY ? `'${name}' is` : `'${name}', which '${importer}' imports, is`;
      throw new WorkerBundleError(`${what} not found from '${path.dirname(from)}'.`, { cause });
    }
    this.addFile(file);
  }

  /** The package.json that says what kind of modules are in a folder. */
  private addPackageJson(folder: string): void {
    for (let at = folder; at !== this.root && this.inRoot(at) !== undefined; at = path.dirname(at)) {
      if (!existsSync(path.join(at, "package.json"))) continue;
      this.found.files.add(this.inRoot(path.join(at, "package.json"))!);
      return;
    }
  }

  /** A path from the project's folder, where it is in it. */
  private inRoot(file: string): string | undefined {
    const relative = path.relative(this.root, realpathSync(file));
    return relative.startsWith("..") || path.isAbsolute(relative)
      ? undefined
      : relative.split(path.sep).join("/");
  }
}

/** The package of a name: `@scope/a` of `@scope/a/b`; undefined for paths and a package's own `#names`. */
function packageNameOf(name: string): string | undefined {
  if (/^[./#]/.test(name) || path.isAbsolute(name)) return undefined;
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}
