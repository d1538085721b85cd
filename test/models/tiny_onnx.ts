// Writes ONNX files of a few nodes, for tests of the ONNX base class (the format is a protobuf message).
import { writeFileSync } from "node:fs";

/** ONNX's numbers of the types of elements. */
const TYPES = { float32: 1, int64: 7, string: 8 } as const;

type ElementType = keyof typeof TYPES;

interface TinyNode {
  op: "Identity" | "Cast";
  /** The graph's output that it computes from the graph's input, `features`. */
  output: string;
  type: ElementType;
}

/** Writes a graph with one input, float32 `features` of shape [N, width], and an output for each node. */
export function writeTinyOnnx(file: string, width: number, nodes: readonly TinyNode[]): void {
  const graph = [
    ...nodes.map((node) => message(1, nodeProto(node))),
    text(2, "tiny"),
    message(11, valueInfo("features", "float32", width)),
    ...nodes.map(({ output, type }) => message(12, valueInfo(output, type, width))),
  ];
  const opset = message(8, [text(1, ""), integer(2, 17)]);
  writeFileSync(file, Buffer.concat([integer(1, 8), message(7, graph), opset]));
}

function nodeProto({ op, output, type }: TinyNode): Buffer[] {
  const to = message(5, [text(1, "to"), integer(3, TYPES[type]), integer(20, 2)]);
  return [text(1, "features"), text(2, output), text(4, op), ...(op === "Cast" ? [to] : [])];
}

function valueInfo(name: string, type: ElementType, width: number): Buffer[] {
  const shape = [message(1, [text(2, "N")]), message(1, [integer(1, width)])];
  return [text(1, name), message(2, [message(1, [integer(1, TYPES[type]), message(2, shape)])])];
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

function text(field: number, value: string): Buffer {
  return message(field, [Buffer.from(value)]);
}

function message(field: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([varint(field * 8 + 2), varint(body.length), body]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}
