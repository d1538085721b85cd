// A model whose prediction has a field of its record's name, for tests of names that collide.
import { MLModel } from "../../models";

interface Score {
  score: number;
}

/** Gives the score with its sign changed. */
export class SharedNameModel extends MLModel<Score, Score> {
  readonly displayName = "Shared Name Model";
  readonly qualifiedName = "shared_name_model";
  readonly description = "Changes a sign.";
  readonly majorVersion = 1;
  readonly minorVersion = 0;
  readonly inputSchema = {
    type: "object",
    properties: { id: { type: "string" }, score: { type: "number" } },
    required: ["score"],
    additionalProperties: false,
  };
  readonly outputSchema = { type: "object", properties: { score: { type: "number" } }, required: ["score"] };

  protected infer({ score }: Score): Score {
    return { score: -score };
  }
}
