// Beam's own test vectors of the standard's coders: each value to its bytes and back, with and without something behind it.
import "../../sdk";
import { Context, globalRegistry } from "apache-beam/coders/coders";
import { Writer } from "protobufjs";
import { coderOf, UNKNOWN_TO_SDK, valueOf, VECTORS, type CoderSpec } from "./standard_vectors";
import { decodeAmongOthers, decodeWhole } from "./decoding";

/** The coders of the vectors, each once. */
const coders = new Set(VECTORS.map(({ coder }) => coder.urn));

test("the coders that only Beam knows are these, and no other vector is left out", () => {
  const unknown = [...coders].filter((urn) => {
    try {
      globalRegistry().getCoder(urn);
      return false;
    } catch (error) {
      // Others miss their components, or a schema.
      return (error as Error).message.includes("Could not find coder");
    }
  });
  expect(unknown.sort()).toEqual([...UNKNOWN_TO_SDK].sort());
});

const known = VECTORS.filter(({ coder }) => !UNKNOWN_TO_SDK.includes(coder.urn));

const cases = known.flatMap(({ coder, nested, deterministic, examples }) =>
  nested.flatMap((isNested) =>
    examples.map((example) => ({ ...example, name: nameOf(coder), coder, isNested, deterministic })),
  ),
);

describe.each(cases)(
  "$name $encoded, nested: $isNested",
  ({ coder: spec, isNested, encoded, value, deterministic }) => {
    const bytes = Buffer.from(encoded, "hex");
    const expected = valueOf(spec, value);

    if (deterministic) {
      test("encodes", () => {
        const writer = new Writer();
        coderOf(spec).encode(expected, writer, isNested ? Context.needsDelimiters : Context.wholeStream);
        expect(Buffer.from(writer.finish()).toString("hex")).toBe(encoded);
      });
    }

    test("decodes", () => {
      expect(
        isNested ? decodeAmongOthers(coderOf(spec), bytes) : decodeWhole(coderOf(spec), bytes),
      ).toStrictEqual(expected);
    });
  },
);

function nameOf({ urn, components }: CoderSpec): string {
  const [, , name] = urn.split(":");
  return components === undefined ? name : `${name}<${components.map(nameOf).join(", ")}>`;
}
