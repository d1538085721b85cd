// The side inputs of one bundle, each asked for once.
import "../../../sdk";
import { StateKey } from "apache-beam/proto/beam_fn_api";
import type { MaybePromise, StateProvider } from "apache-beam/worker/state";

/** Gets what the runner has under a key. */
type GetState = (key: StateKey) => Promise<Uint8Array>;

/**
 * What a bundle's operators ask for side inputs. It gives a promise the first time and, as the SDK's operators expect,
 * the value itself once that is there.
 */
export class BundleState implements StateProvider {
  private readonly cache = new Map<string, MaybePromise<unknown>>();

  constructor(private readonly get: GetState) {}

  getState<T>(stateKey: StateKey, decode: (data: Uint8Array) => T): MaybePromise<T> {
    const key = Buffer.from(StateKey.toBinary(stateKey)).toString("latin1");
    const cached = this.cache.get(key) as MaybePromise<T> | undefined;
    if (cached !== undefined) return cached;
    const promise = this.get(stateKey).then((data) => {
      const value = decode(data);
      this.cache.set(key, { type: "value", value });
      return value;
    });
    const result: MaybePromise<T> = { type: "promise", promise };
    this.cache.set(key, result);
    return result;
  }
}
