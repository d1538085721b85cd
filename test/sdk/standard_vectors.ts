// The vectors of fixtures/standard_coders.json: their coders, and their values as this SDK has them.
import { readFileSync } from "node:fs";
import path from "node:path";
import "../../sdk";
import { globalRegistry, type Coder } from "apache-beam/coders/coders";
import { AtomicType, Schema, type FieldType } from "apache-beam/proto/schema";
import { GlobalWindow, IntervalWindow, Timing, type Instant, type PaneInfo } from "apache-beam/values";
import { util } from "protobufjs";

export interface CoderSpec {
  urn: string;
  /** In hexadecimal digits. */
  payload?: string;
  components?: CoderSpec[];
}

interface Vector {
  coder: CoderSpec;
  nested: boolean[];
  deterministic: boolean;
  examples: { encoded: string; value: unknown }[];
}

const FIXTURE = path.join(__dirname, "../../../test/sdk/fixtures/standard_coders.json");

export const VECTORS = (JSON.parse(readFileSync(FIXTURE, "utf8")) as { vectors: Vector[] }).vectors;

/** What the SDK has no coder for. */
export const UNKNOWN_TO_SDK = [
  "beam:coder:custom_window:v1",
  "beam:coder:param_windowed_value:v1",
  "beam:coder:sharded_key:v1",
  "beam:coder:state_backed_iterable:v1",
  "beam:coder:timer:v1",
];

/** The coder as a worker makes it, from the registry. */
export function coderOf({ urn, payload, components = [] }: CoderSpec): Coder<unknown> {
  const bytes = payload === undefined ? undefined : Uint8Array.from(Buffer.from(payload, "hex"));
  return globalRegistry().getCoder(urn, bytes, ...components.map(coderOf));
}

interface WindowedJson {
  value: unknown;
  timestamp: unknown;
  windows: unknown[];
  pane: {
    is_first: boolean;
    is_last: boolean;
    timing: keyof typeof Timing;
    index: number;
    on_time_index: number;
  };
}

/** The value that a vector's JSON stands for. */
export function valueOf(spec: CoderSpec, json: unknown): unknown {
  const [first, second] = spec.components ?? [];
  switch (spec.urn) {
    case "beam:coder:bytes:v1":
      return bytes(json);
    case "beam:coder:bool:v1":
    case "beam:coder:string_utf8:v1":
      return json;
    case "beam:coder:varint:v1":
      return integer(json);
    case "beam:coder:double:v1":
      return Number(json);
    case "beam:coder:nullable:v1":
      return json === null ? null : valueOf(first, json);
    case "beam:coder:iterable:v1":
      return (json as unknown[]).map((element) => valueOf(first, element));
    case "beam:coder:kv:v1": {
      const { key, value } = json as { key: unknown; value: unknown };
      return { key: valueOf(first, key), value: valueOf(second, value) };
    }
    case "beam:coder:global_window:v1":
      return new GlobalWindow();
    case "beam:coder:interval_window:v1": {
      const { end, span } = json as { end: unknown; span: unknown };
      return new IntervalWindow(
        long(BigInt(integer(end)) - BigInt(integer(span))),
        long(BigInt(integer(end))),
      );
    }
    case "beam:coder:windowed_value:v1": {
      const { value, timestamp, windows, pane } = json as WindowedJson;
      return {
        value: valueOf(first, value),
        windows: windows.map((window) => valueOf(second, window)),
        pane: paneOf(pane),
        timestamp: long(BigInt(integer(timestamp))),
      };
    }
    case "beam:coder:row:v1":
      return rowOf(Schema.fromBinary(Buffer.from(spec.payload!, "hex")), json);
    default:
      throw new Error(`There are vectors of ${spec.urn}, whose values are not known here.`);
  }
}

function bytes(json: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(json as string, "latin1"));
}

function integer(json: unknown): number | bigint {
  return typeof json === "number" ? json : BigInt((json as { int64: string }).int64);
}

/** A number of 64 bits as the SDK has it. */
export function long(value: bigint): Instant {
  const { fromString } = util.Long as unknown as { fromString: (text: string) => Instant };
  return fromString(String(value));
}

function paneOf({ timing, index, on_time_index, is_first, is_last }: WindowedJson["pane"]): PaneInfo {
  return { timing: Timing[timing], index, onTimeIndex: on_time_index, isFirst: is_first, isLast: is_last };
}

function rowOf({ fields }: Schema, json: unknown): Record<string, unknown> {
  const values = json as Record<string, unknown>;
  return Object.fromEntries(fields.map(({ name, type }) => [name, fieldOf(type!, values[name])]));
}

function fieldOf({ typeInfo }: FieldType, json: unknown): unknown {
  if (json === null) return null;
  switch (typeInfo.oneofKind) {
    case "atomicType":
      return atomOf(typeInfo.atomicType, json);
    case "arrayType":
      return (json as unknown[]).map((element) => fieldOf(typeInfo.arrayType.elementType!, element));
    case "mapType": {
      const { keyType, valueType } = typeInfo.mapType;
      const entries = Object.entries(json as object);
      return new Map(entries.map(([key, value]) => [fieldOf(keyType!, key), fieldOf(valueType!, value)]));
    }
    case "rowType":
      return rowOf(typeInfo.rowType.schema!, json);
    case "logicalType": {
      const { urn, representation } = typeInfo.logicalType;
      // The vectors have the encoding's number, which begins at the earliest time.
      if (urn === "beam:logical_type:millis_instant:v1") return long(BigInt(integer(json)) + 2n ** 63n);
      if (urn === "beam:logical_type:decimal:v1") return json;
      return fieldOf(representation!, json);
    }
    case "iterableType":
    case undefined:
      throw new Error(`There are fields of the type ${typeInfo.oneofKind}, whose values are not known here.`);
  }
}

function atomOf(type: AtomicType, json: unknown): unknown {
  if (type === AtomicType.BYTES) return bytes(json);
  if (type === AtomicType.DOUBLE) return Number(json);
  if (type === AtomicType.FLOAT) return Math.fround(Number(json));
  return type === AtomicType.INT64 ? integer(json) : json;
}
