// The side inputs of a bundle are asked for once each, and kept as what was decoded.
import type { StateKey } from "apache-beam/proto/beam_fn_api";
import { BundleState } from "../../../runners/worker/state/bundle_state";

/** The key of a side input in a window. */
function keyOf(sideInputId: string, window: number): StateKey {
  const iterableSideInput = { transformId: "t", sideInputId, window: Uint8Array.of(window) };
  return { type: { oneofKind: "iterableSideInput", iterableSideInput } };
}

/** A state that knows its values by the first byte of the window, and how often it was asked and how often decoded. */
function start(): {
  state: BundleState;
  asked: number[];
  decoded: number[];
  get: (key: StateKey) => unknown;
} {
  const asked: number[] = [];
  const decoded: number[] = [];
  const state = new BundleState(async ({ type }) => {
    if (type.oneofKind !== "iterableSideInput") throw new Error("another kind of key");
    const { window, sideInputId } = type.iterableSideInput;
    if (sideInputId === "broken") throw new Error("The side input is gone.");
    asked.push(window[0]);
    await new Promise((resolve) => setImmediate(resolve));
    return window;
  });
  const decode = ([first]: Uint8Array): { first: number } => {
    decoded.push(first);
    return { first };
  };
  const get = (key: StateKey): unknown => {
    const got = state.getState(key, decode);
    return got.type === "value" ? got.value : got.promise;
  };
  return { state, asked, decoded, get };
}

test("who asks while an answer is on its way waits for the same one; later the value is there at once", async () => {
  const { asked, decoded, get } = start();
  const [one, two] = [get(keyOf("side", 1)), get(keyOf("side", 1))];
  expect(one).toBeInstanceOf(Promise);
  expect(await one).toEqual({ first: 1 });
  expect(await two).toBe(await one);
  expect(get(keyOf("side", 1))).toBe(await one);
  expect([asked, decoded]).toEqual([[1], [1]]);
});

test("each window and each side input has a value of its own", async () => {
  const { asked, get } = start();
  await Promise.all([get(keyOf("side", 1)), get(keyOf("side", 2)), get(keyOf("other", 1))]);
  expect(asked).toEqual([1, 2, 1]);
  expect(get(keyOf("side", 2))).toEqual({ first: 2 });
  expect(get(keyOf("other", 1))).not.toBe(get(keyOf("side", 1)));
});

test("one that can't be had fails whoever asks", async () => {
  const { get } = start();
  const asking = get(keyOf("broken", 1)) as Promise<unknown>;
  await expect(asking).rejects.toThrow("The side input is gone.");
  await expect(get(keyOf("broken", 1))).rejects.toThrow("The side input is gone.");
});
