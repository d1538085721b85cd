// A model that waits for a file `go` in the current directory; by a file `at-PID` it says which process it waits in.
import { existsSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { MLModel } from "../../models";

export class GatedModel extends MLModel<object, object> {
  readonly displayName = "Gated Model";
  readonly qualifiedName = "gated";
  readonly description = "Waits until it may go on, then counts the fields.";
  readonly majorVersion = 1;
  readonly minorVersion = 0;
  readonly inputSchema = { type: "object" };
  readonly outputSchema = { type: "object" };

  protected override async infer(record: object): Promise<object> {
    if (!existsSync("go")) {
      writeFileSync(`at-${process.pid}`, "");
      while (!existsSync("go")) await wait(20);
    }
    return { fields: Object.keys(record).length };
  }
}
