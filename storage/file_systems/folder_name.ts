// The names of outputs: one that ends in `/` is a folder of shards, anything else one file.

const SLASHES = /[/\\]+$/;

/** Whether a name stands for a folder of shards. */
export function isFolderName(name: string): boolean {
  return SLASHES.test(name);
}

/** The name without the slashes at its end. */
export function withoutSlash(name: string): string {
  return name.replace(SLASHES, "");
}
