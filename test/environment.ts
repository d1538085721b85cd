// The test environment: Node's, with the host's typed arrays, which native code (ONNX Runtime) tells from a sandbox's.
import { TestEnvironment } from "jest-environment-node";

export default class Environment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    Object.assign(this.global, {
      Float32Array,
      Float64Array,
      BigInt64Array,
      Int32Array,
      Uint8Array,
      ArrayBuffer,
    });
  }
}
