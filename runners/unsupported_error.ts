// The error of a pipeline that needs what its runner can't do; apart, so that whoever tells errors need not load the SDK.
import type { Use } from "./unsupported";

/** A pipeline needs what its runner can't do. */
export class UnsupportedPipelineError extends Error {
  readonly code = "UNSUPPORTED_BY_RUNNER";
  override readonly name = "UnsupportedPipelineError";
  constructor(
    readonly runner: string,
    readonly uses: readonly Use[],
  ) {
    const list = uses.map(({ feature, transform, detail }) => {
      const how = detail === undefined ? "" : ` (${detail})`;
      return `${feature}${how} in '${transform}'`;
    });
    super(`The runner '${runner}' does not support ${list.join("; ")}. Choose another runner.`);
  }
}
