// The values of options: what a text on the command line means, and what is said of one that means nothing.
import { InvalidArgumentError } from "commander";
import type { ModelReference } from "../models/configuration";
import { parseMaxFailures, type MaxFailures } from "../transforms/max_failures";

/** Any text but an empty one. */
export function nonEmpty(reason: string): (text: string) => string {
  return (text) => {
    if (text === "") throw new InvalidArgumentError(reason);
    return text;
  };
}

/** Other names of formats that people know. */
const ALIASES: Readonly<Record<string, string>> = { ldjson: "jsonl", ndjson: "jsonl" };

/** One of some names, or another name of one of them. */
export function alias(choices: readonly string[]): (text: string) => string {
  return (text) => {
    const name = ALIASES[text] ?? text;
    if (!choices.includes(name)) throw new InvalidArgumentError(`Allowed choices are ${choices.join(", ")}.`);
    return name;
  };
}

/** Names with commas between them, none of them twice. */
export function names(text: string): string[] {
  const list = text.split(",").map((name) => name.trim());
  const twice = list.find((name, i) => list.indexOf(name) !== i);
  if (list.includes("")) throw new InvalidArgumentError("It must be names with commas between them.");
  if (twice !== undefined) throw new InvalidArgumentError(`'${twice}' is there twice.`);
  return list;
}

/** An address of a web service, without a slash at its end. */
export function url(text: string): string {
  if (!/^https?:\/\/[^/]/.test(text))
    throw new InvalidArgumentError("It must be an address, as http://HOST:PORT.");
  return text.replace(/\/$/, "");
}

/** HOST:PORT. */
export function endpoint(text: string): string {
  if (!/^[^\s/]+:\d+$/.test(text)) throw new InvalidArgumentError("It must be HOST:PORT.");
  return text;
}

/** The name of a jar. */
export function jarName(text: string): string {
  if (!text.endsWith(".jar")) throw new InvalidArgumentError("It must end in .jar.");
  return text;
}

/** The address of a Spark master. */
export function sparkMaster(text: string): string {
  if (!/^spark:\/\/[^\s/]+:\d+$/.test(text)) throw new InvalidArgumentError("It must be spark://HOST:PORT.");
  return text;
}

/** A whole number from 1. */
export function positiveInteger(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError("It must be a whole number from 1.");
  return value;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** A number of bytes with a unit: `512MB`, `1.5 GiB`, `4g`; of 1024, as memory is counted. */
export function byteSize(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([KMGT]?)(?:i?B)?$/i.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError("It must be a size, as 512MB or 4GB.");
  return Math.floor(Number(number) * UNITS[unit.toUpperCase()]);
}

/** How many failures are too many. */
export function maxFailures(text: string): MaxFailures {
  const limit = parseMaxFailures(text);
  if (limit === undefined)
    throw new InvalidArgumentError("It must be a number of lines, or a percentage as 5%.");
  return limit;
}

/** A module and the class of a model in it. */
export function modelReference(text: string): ModelReference {
  const colon = text.lastIndexOf(":");
  if (colon < 1 || colon === text.length - 1) {
    throw new InvalidArgumentError(
      "It must be a module and a class, as my-models:ChurnModel or ./churn.js:ChurnModel.",
    );
  }
  return { moduleName: text.slice(0, colon), className: text.slice(colon + 1) };
}
