// Gives back to Node what the SDK's dependencies still call and Node 23 has removed.
import util from "node:util";

const legacy = util as typeof util & { isPrimitive?: (value: unknown) => boolean };

/** Called by serialize-closures when it is loaded. */
legacy.isPrimitive ??= (value) =>
  value === null || (typeof value !== "object" && typeof value !== "function");
