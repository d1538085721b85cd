// The output of a ParDo is in the windows of its main input, whatever windows its side inputs are in; the SDK refused such
// a ParDo ("Unable to deduce single value").
import "apache-beam/pvalue";
import { Pipeline } from "apache-beam/internal/pipeline";
import type { PTransform } from "apache-beam/proto/beam_runner_api";

const SIDE = "side.";

/** Of the SDK's pipeline what its types leave out. */
interface Internals {
  postApplyTransform: (this: Pipeline, transform: unknown, proto: PTransform, result: unknown) => unknown;
}

const internals = Pipeline.prototype as unknown as Internals;
const { postApplyTransform } = internals;

internals.postApplyTransform = function (transform, proto, result) {
  const isSide = (input: string): boolean => input.startsWith(SIDE);
  if (proto.spec?.urn !== "beam:transform:pardo:v1" || !Object.keys(proto.inputs).some(isSide)) {
    return postApplyTransform.call(this, transform, proto, result);
  }
  const { inputs } = proto;
  proto.inputs = Object.fromEntries(Object.entries(inputs).filter(([input]) => !isSide(input)));
  try {
    return postApplyTransform.call(this, transform, proto, result);
  } finally {
    proto.inputs = inputs;
  }
};
