// The names of a folder's parts.

/** The name of part `i` (from 0) of `count`: `part-00000-of-00002.csv`. */
export function partName(i: number, count: number, extension: string): string {
  const digits = (n: number): string => String(n).padStart(5, "0");
  return `part-${digits(i)}-of-${digits(count)}${extension}`;
}

/** Whether something in an output's folder is no part of an earlier output, nor hidden. */
export function isStranger(name: string): boolean {
  return !isOutputName(name) && !name.startsWith(".");
}

/** Whether a name is one of an output's own files. */
export function isOutputName(name: string): boolean {
  return /^part-\d{5,}-of-\d{5,}\.|^_SUCCESS$/.test(name);
}
