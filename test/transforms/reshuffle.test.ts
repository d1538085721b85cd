// reshuffle as runners see it: Beam's own, between whose ends elements stay encoded as they are.
import "../../sdk";
import { create } from "apache-beam/transforms/create";
import { buildPipeline } from "../../runners/build";
import { asyncParDo, jsonCoder, type AsyncDoFn } from "../../transforms";
import { reshuffle } from "../../transforms/reshuffle";
import { requireForSerialization } from "apache-beam/serialization";

class SameFn implements AsyncDoFn<number, number> {
  beamName = "same";
  process(element: number): number[] {
    return [element];
  }
}
requireForSerialization("beam-predict/test/transforms/reshuffle", { SameFn });

test("regression: what comes out of it has the coder of what went in", async () => {
  const { components } = await buildPipeline((root) =>
    root
      .apply(create([1]))
      .apply(asyncParDo(new SameFn(), jsonCoder<number>()))
      .apply(reshuffle()),
  );
  const { transforms, pcollections } = components!;
  const [transform] = Object.values(transforms).filter(
    ({ spec }) => spec?.urn === "beam:transform:reshuffle:v1",
  );
  const coders = [transform.inputs, transform.outputs].map(
    (ends) => pcollections[Object.values(ends)[0]].coderId,
  );
  const [same] = Object.values(transforms).filter(({ uniqueName }) => uniqueName.startsWith("same"));
  const [written] = Object.values(same.outputs).map((pcollection) => pcollections[pcollection].coderId);
  expect(coders).toEqual([written, written]);
});
