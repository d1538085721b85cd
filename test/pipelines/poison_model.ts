// A model that ends its process at a record that says so, as faulty native code does.
import { MLModel } from "../../models";

export class PoisonModel extends MLModel<{ poison?: true }, object> {
  readonly displayName = "Poison Model";
  readonly qualifiedName = "poison";
  readonly description =
    "Aborts the process at a record with the field `poison`, and counts the fields of others.";
  readonly majorVersion = 1;
  readonly minorVersion = 0;
  readonly inputSchema = { type: "object" };
  readonly outputSchema = { type: "object" };

  protected override async infer(record: { poison?: true }): Promise<object> {
    if (record.poison) process.abort();
    return { fields: Object.keys(record).length };
  }
}
