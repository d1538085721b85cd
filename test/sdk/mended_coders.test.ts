// The coders that are mended in the SDK, beyond the standard's vectors: what each of them lost or let through.
import "../../sdk";
import { deepStrictEqual } from "node:assert";
import { Context, globalRegistry, type Coder } from "apache-beam/coders/coders";
import {
  BytesCoder,
  FullWindowedValueCoder,
  InstantCoder,
  IterableCoder,
  KVCoder,
  LengthPrefixedCoder,
  PaneInfoCoder,
} from "apache-beam/coders/required_coders";
import {
  DoubleCoder,
  IntervalWindowCoder,
  NullableCoder,
  StrUtf8Coder,
  VarIntCoder,
} from "apache-beam/coders/standard_coders";
import { IntervalWindow, Timing, type Instant, type PaneInfo } from "apache-beam/values";
import { count } from "apache-beam/transforms/combiners";
import fc from "fast-check";
import { Reader } from "protobufjs";
import { decodeAmongOthers, decodeWhole, encode, roundTrip } from "./decoding";
import { long } from "./standard_vectors";

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

function survives<T>(coder: Coder<T>, value: T): void {
  deepStrictEqual(roundTrip(coder, value), value);
}

function hex<T>(coder: Coder<T>, value: T, context?: Context): string {
  return Buffer.from(encode(coder, value, context)).toString("hex");
}

describe("varint", () => {
  const coder = new VarIntCoder() as Coder<unknown>;

  test("regression: whole numbers beyond 32 bits are not cut", () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (number) => survives(coder, number)));
    survives(coder, 1.7e12);
    survives(coder, 2 ** 31);
    survives(coder, -(2 ** 31) - 1);
    survives(coder, Number.MIN_SAFE_INTEGER);
  });

  test("BigInts up to 64 bits survive; where doubles are exact they come out as numbers", () => {
    fc.assert(
      fc.property(int64, (value) => {
        const decoded = roundTrip(coder, value);
        expect(typeof decoded).toBe(Number.isSafeInteger(Number(value)) ? "number" : "bigint");
        expect(BigInt(decoded as number)).toBe(value);
      }),
    );
    expect(roundTrip(coder, 2n ** 53n - 1n)).toBe(2 ** 53 - 1);
    expect(roundTrip(coder, -(2n ** 53n))).toBe(-(2n ** 53n));
  });

  test.each([
    [0.5],
    [NaN],
    [Infinity],
    [2 ** 53],
    [2n ** 63n],
    [-(2n ** 63n) - 1n],
    ["5"],
    [null],
    [undefined],
  ])("%p is refused, not cut", (value) =>
    expect(() => encode(coder, value)).toThrow(/the coder of this PCollection takes|as BigInts/),
  );

  test("one that is cut off is refused", () => {
    const bytes = encode(coder, 2n ** 62n);
    for (let size = 0; size < bytes.length; size++) {
      expect(() => decodeWhole(coder, bytes.subarray(0, size))).toThrow(/ends 1 bytes early/);
    }
  });

  test("regression: accumulators of counts, whose coder the SDK makes itself, are not cut", () => {
    survives(count.accumulatorCoder!(coder), 3e9);
  });
});

describe("bytes", () => {
  const coder = new BytesCoder();

  test("bytes survive", () => {
    fc.assert(fc.property(fc.uint8Array({ size: "medium" }), (bytes) => survives(coder, bytes)));
  });

  test("regression: bytes that are cut off are refused", () => {
    const bytes = Uint8Array.of(5, 1, 2, 3);
    expect(() => coder.decode(Reader.create(bytes), Context.needsDelimiters)).toThrow(/ends 2 bytes early/);
  });

  test("regression: a text is not taken for base64", () => {
    expect(() => encode(coder, "abcd" as unknown as Uint8Array)).toThrow("A string is no Uint8Array");
    expect(() => encode(coder, new Float64Array(1) as unknown as Uint8Array)).toThrow("is no Uint8Array");
  });
});

describe("string", () => {
  const coder = new StrUtf8Coder();

  test("regression: texts survive, also those that begin with a byte order mark", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => survives(coder, text)));
    survives(coder, "\ufeffmark");
    survives(coder, "\ufffd");
  });

  test("regression: what UTF-8 can't say is refused", () => {
    expect(() => encode(coder, "a\ud800")).toThrow(/half of a surrogate pair/);
    expect(() => encode(coder, 5 as unknown as string)).toThrow("A number is no text");
    expect(() => decodeWhole(coder, Uint8Array.of(0x61, 0xff))).toThrow("A text is not in UTF-8.");
  });
});

describe("double", () => {
  const coder = new DoubleCoder();

  test("doubles survive", () => {
    fc.assert(fc.property(fc.double(), (number) => survives(coder, number)));
  });

  test("regression: what is no number does not become NaN", () => {
    expect(() => encode(coder, "1,5" as unknown as number)).toThrow("A string is no number");
  });

  test("one that is cut off is refused", () => {
    expect(() => decodeWhole(coder, new Uint8Array(7))).toThrow(/ends 1 bytes early/);
  });
});

test("regression: null stays null", () => {
  const coder = new NullableCoder(new VarIntCoder()) as Coder<number | null>;
  survives(coder, null);
  survives(coder, 5e9);
  expect(roundTrip(coder, undefined!)).toBeNull();
});

describe("timestamps and windows", () => {
  test("timestamps survive, and their bytes are in the order of time", () => {
    const coder = InstantCoder.INSTANCE;
    fc.assert(
      fc.property(int64, int64, (a, b) => {
        survives(coder, long(a));
        expect(Math.sign(Buffer.compare(encode(coder, long(a)), encode(coder, long(b))))).toBe(
          a < b ? -1 : Number(a > b),
        );
      }),
    );
    expect(() => encode(coder, 5 as unknown as Instant)).toThrow("A timestamp must be a Long; 5 is none.");
  });

  test("interval windows survive between the ends of time", () => {
    const ms = fc.bigInt({ min: -9223372036854775n, max: 9223372036854775n });
    fc.assert(
      fc.property(ms, ms, (a, b) => {
        const [start, end] = a < b ? [a, b] : [b, a];
        survives(IntervalWindowCoder.INSTANCE, new IntervalWindow(long(start), long(end)));
      }),
    );
  });

  const index = fc.oneof(fc.nat(300), fc.maxSafeNat());
  const firings = fc.record({ isFirst: fc.boolean(), isLast: fc.boolean(), index });
  const panes: fc.Arbitrary<PaneInfo> = fc.oneof(
    firings.map((firing) => ({ ...firing, timing: Timing.EARLY, onTimeIndex: -1 })),
    firings.map((firing) => ({ ...firing, timing: Timing.UNKNOWN, index: 0, onTimeIndex: 0 })),
    fc
      .tuple(firings, fc.constantFrom(Timing.ON_TIME, Timing.LATE), index)
      .map(([firing, timing, onTimeIndex]) => ({ ...firing, timing, onTimeIndex })),
  );

  test("regression: panes survive: the first early one, indices of any size", () => {
    fc.assert(fc.property(panes, (pane) => survives(PaneInfoCoder.INSTANCE, pane)));
    const byte = hex(PaneInfoCoder.INSTANCE, {
      timing: Timing.EARLY,
      index: 0,
      onTimeIndex: -1,
      isFirst: true,
      isLast: false,
    });
    // As Java has it.
    expect(byte).toBe("1100");
  });

  test("regression: the one and only pane is on time, and the last", () => {
    expect(hex(PaneInfoCoder.INSTANCE, PaneInfoCoder.ONE_AND_ONLY_FIRING)).toBe("07");
  });

  test("elements with their windows and panes survive", () => {
    const coder = new FullWindowedValueCoder(new BytesCoder(), IntervalWindowCoder.INSTANCE);
    fc.assert(
      fc.property(panes, int64, fc.uint8Array(), (pane, timestamp, value) => {
        const windows = [new IntervalWindow(long(0n), long(10n)), new IntervalWindow(long(5n), long(15n))];
        survives(coder, { value, windows, pane, timestamp: long(timestamp) });
      }),
    );
  });
});

describe("coders of several elements", () => {
  test("iterables whose length is not known come out as arrays", () => {
    const coder = new IterableCoder(new VarIntCoder()) as Coder<Iterable<number>>;
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { size: "max", maxLength: 500 }), (numbers) => {
        expect(roundTrip(coder, new Set(numbers))).toEqual([...new Set(numbers)]);
        expect(decodeAmongOthers(coder, encode(coder, numbers.values()))).toEqual(numbers);
      }),
    );
  });

  test("an empty element with its length before it survives, in a key too", () => {
    const prefixed = new LengthPrefixedCoder(new StrUtf8Coder());
    survives(new KVCoder(prefixed, prefixed), { key: "", value: "" });
    survives(new KVCoder(prefixed, prefixed), { key: "k", value: "\u{1f600}" });
  });

  test("coders that the registry makes are the mended ones", () => {
    const registry = globalRegistry();
    const element = registry.getCoder("beam:coder:varint:v1");
    const iterable = registry.getCoder("beam:coder:iterable:v1", undefined, element);
    survives(iterable, [1.7e12]);
  });
});
