// A model in plain TypeScript that takes nearly anything, for tests of the transforms.
import { MLModel } from "../../models";

/** Counts the members of objects and arrays; refuses numbers, and breaks on strings. */
export class AnyModel extends MLModel<unknown, { members: number }> {
  readonly displayName = "Any Model";
  readonly qualifiedName = "any_model";
  readonly description = "Counts members.";
  readonly majorVersion = 1;
  readonly minorVersion = 0;
  readonly inputSchema = { type: ["object", "array", "string", "boolean", "null"] };
  readonly outputSchema = {
    type: "object",
    properties: { members: { type: "integer" } },
    required: ["members"],
  };

  protected infer(input: unknown): { members: number } {
    if (typeof input === "string") throw new Error("it is a string");
    return { members: typeof input === "object" && input !== null ? Object.keys(input).length : 0 };
  }
}

/** Where it is, for the ModelManager. */
export const anyModel = { moduleName: __filename, className: "AnyModel" };
