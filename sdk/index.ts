// The door to Beam's SDK: whoever imports from `apache-beam/...` at run time imports this first.
import "./without_grpc";
import "./node_compatibility";
// The SDK's modules import each other in a circle that only works when it is entered here.
import "apache-beam/pvalue";
import "./coders";
import "./group_globally";
import "./side_input_windows";
import "./windowings";
import type { PValue } from "apache-beam/pvalue";
import type { PTransform } from "apache-beam/transforms/transform";

export { setWorkplace, workplace, type Notes, type Workplace } from "./workplace";
export { readVarint, writeRaw, writeVarint } from "./coders";

declare module "apache-beam/pvalue" {
  // The SDK declares the result as `any`.
  interface PCollection<T> {
    apply<OutputT extends PValue<unknown>>(transform: PTransform<PCollection<T>, OutputT>): OutputT;
  }
}
