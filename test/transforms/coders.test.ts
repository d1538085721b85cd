// Our coders: what goes in comes out, with and without something behind it.
import "../../sdk";
import { Context, globalRegistry, type Coder } from "apache-beam/coders/coders";
import fc from "fast-check";
import { Reader, Writer } from "protobufjs";
import { ByteColumn } from "../../storage";
import { jsonCoder, predictionBlockCoder, recordBlock, recordBlockCoder } from "../../transforms";
import { decodeKeyedBlock, encodeKeyedBlock } from "../../transforms/blocks/keyed_block";
import { pickRows, type PredictionBlock } from "../../transforms/blocks/prediction_block";

/** Encodes elements one behind the other and decodes them, and each by itself as a whole stream. */
function roundTrip<T>(coder: Coder<T>, elements: T[]): T[] {
  const writer = new Writer();
  for (const element of elements) coder.encode(element, writer, Context.needsDelimiters);
  const reader = new Reader(writer.finish());
  const decoded = elements.map(() => coder.decode(reader, Context.needsDelimiters));
  expect(reader.pos).toBe(reader.len);
  elements.forEach((element, i) => {
    const whole = new Writer();
    coder.encode(element, whole, Context.wholeStream);
    expect(coder.decode(new Reader(whole.finish()), Context.wholeStream)).toEqual(decoded[i]);
  });
  return decoded;
}

/** The coder as a worker finds it, by its name in the pipeline. */
function byUrn<T>(coder: Coder<T>): Coder<T> {
  return globalRegistry().getCoder(coder.toProto({ getCoderId: () => "" }).spec!.urn) as Coder<T>;
}

const texts = fc.array(fc.string({ unit: "binary" }), { maxLength: 20 });

test("plain JSON values survive, numbers beyond 32 bits and unicode among them", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ noUnicodeString: false })), (values) => {
      const plain = JSON.parse(JSON.stringify(values)) as unknown[];
      expect(roundTrip(byUrn(jsonCoder<unknown>()), plain)).toEqual(plain);
    }),
  );
  expect(roundTrip(jsonCoder<number>(), [1.7e12, -(2 ** 53), 0.1])).toEqual([1.7e12, -(2 ** 53), 0.1]);
});

test("blocks of records survive", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.array(fc.jsonValue()),
      fc.array(fc.double({ min: 0, max: 2 ** 52 })),
      (file, values, at) => {
        const block = { ...recordBlock(values), file };
        block.offsets.set(at.slice(0, values.length));
        expect(roundTrip(byUrn(recordBlockCoder), [block, recordBlock([]), block])).toEqual([
          block,
          recordBlock([]),
          block,
        ]);
      },
    ),
  );
});

function columnsOf({ records, predictions, outcomes }: PredictionBlock): PredictionBlock {
  return {
    records: ByteColumn.of(records.texts()),
    predictions: ByteColumn.of(predictions.texts()),
    outcomes,
  };
}

test("blocks of predictions survive, with their hashes too", () => {
  fc.assert(
    fc.property(texts, fc.array(fc.maxSafeNat(), { minLength: 20, maxLength: 20 }), (records, numbers) => {
      const rows = {
        records: ByteColumn.of(records),
        predictions: ByteColumn.of(records.map((text) => `${text}!`)),
        outcomes: Uint8Array.from(records, (_, i) => numbers[i] % 4),
      };
      expect(roundTrip(byUrn(predictionBlockCoder), [rows, rows])).toEqual([rows, rows]);
      const hashes = Float64Array.from(numbers.slice(0, records.length));
      const keyed = decodeKeyedBlock(encodeKeyedBlock(rows, hashes));
      expect(keyed.hashes).toEqual(hashes);
      expect(columnsOf(keyed.rows)).toEqual(rows);
      const some = Uint32Array.from(hashes.keys()).filter((i) => numbers[i] % 3 !== 0);
      expect(columnsOf(keyed.rows.pick(some))).toEqual(columnsOf(pickRows(rows, some)));
    }),
  );
});
