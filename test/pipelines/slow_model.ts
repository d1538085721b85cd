// A model whose answers never come; that it was asked it says by a file in the current directory.
import { writeFileSync } from "node:fs";
import { MLModel } from "../../models";

export class SlowModel extends MLModel<object, object> {
  readonly displayName = "Slow Model";
  readonly qualifiedName = "slow";
  readonly description = "Never answers.";
  readonly majorVersion = 1;
  readonly minorVersion = 0;
  readonly inputSchema = { type: "object" };
  readonly outputSchema = { type: "object" };

  protected override async infer(): Promise<object> {
    writeFileSync("inferring", "");
    return new Promise(() => undefined);
  }
}
