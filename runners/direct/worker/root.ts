// The elements that a task begins with, one after the other, from wherever its stage's root is.
import "../../../sdk";
import { Context, type Coder } from "apache-beam/coders/coders";
import { FullWindowedValueCoder, PaneInfoCoder } from "apache-beam/coders/required_coders";
import type { ProcessBundleDescriptor } from "apache-beam/proto/beam_fn_api";
import { MergeStatus_Enum } from "apache-beam/proto/beam_runner_api";
import { PipelineContext } from "apache-beam/internal/pipeline";
import { GlobalWindow, IntervalWindow, type Window, type WindowedValue } from "apache-beam/values";
import Long from "long";
import { Reader } from "protobufjs";
import { entriesOf } from "../files/entry";
import type { Segment, SegmentReader } from "../files/segments";
import type { RootBorder } from "../plan/borders";
import { groupEntries, type Group, type ValueRef } from "./groups";
import { boundsOf, mergeWindows } from "./merging";
import { portionsOf } from "./split_partition";

/** Where and within what a partition is read. */
export interface ReadingOptions {
  readonly reader: SegmentReader;
  /** How many bytes of it may be held. */
  readonly budget: number;
  /** A name for files beside it. */
  readonly file: string;
}

/** Gives the elements of a partition. */
export type RootReader = (
  segments: readonly Segment[],
  options: ReadingOptions,
) => Iterable<WindowedValue<unknown>>;

/** The one element of an impulse: no bytes, at the beginning of time. */
export function impulse(): WindowedValue<unknown> {
  return {
    value: new Uint8Array(),
    windows: [new GlobalWindow()],
    pane: PaneInfoCoder.ONE_AND_ONLY_FIRING,
    timestamp: Long.fromString("-9223372036854775"),
  };
}

/** How the partitions of a border are read. */
export function rootReader(border: RootBorder, descriptor: ProcessBundleDescriptor): RootReader {
  const context = new PipelineContext(descriptor, "");
  const { coderId, windowingStrategyId } = descriptor.pcollections[border.pcollection];
  const { windowCoderId, mergeStatus } = descriptor.windowingStrategies[windowingStrategyId];
  const windowCoder = context.getCoder<Window>(windowCoderId);
  if (border.kind !== "group") {
    const coder = new FullWindowedValueCoder(context.getCoder<unknown>(coderId), windowCoder);
    return (segments, { reader }) => waitingElements(segments, reader, coder);
  }
  const [keyCoder, valueCoder] = descriptor.coders[coderId].componentCoderIds.map((id) =>
    context.getCoder<unknown>(id),
  );
  return groupReader({
    keyCoder,
    valueCoder,
    windowCoder,
    isMerging: mergeStatus === MergeStatus_Enum.NEEDS_MERGE,
  });
}

function* waitingElements(
  segments: readonly Segment[],
  reader: SegmentReader,
  coder: Coder<WindowedValue<unknown>>,
): Generator<WindowedValue<unknown>> {
  for (const segment of segments)
    for (const { bytes, value, end } of entriesOf(reader.read(segment)))
      yield decode(coder, bytes.subarray(value, end));
}

interface GroupCoders {
  readonly keyCoder: Coder<unknown>;
  readonly valueCoder: Coder<unknown>;
  readonly windowCoder: Coder<Window>;
  readonly isMerging: boolean;
}

function groupReader(coders: GroupCoders): RootReader {
  const { keyCoder, valueCoder, windowCoder, isMerging } = coders;
  return function* (segments, { reader, budget, file }) {
    const element = (key: Buffer, window: Window, values: readonly ValueRef[]): WindowedValue<unknown> => ({
      value: { key: decode(keyCoder, key), value: valuesOf(values, valueCoder, reader) },
      windows: [window],
      timestamp: window.maxTimestamp(),
      pane: PaneInfoCoder.ONE_AND_ONLY_FIRING,
    });
    for (const portion of portionsOf(segments, reader, budget, file)) {
      const options = { holdsValues: portion.holdsValues, isMerging };
      for (const group of groupEntries(portion.segments, reader, options)) {
        if (!isMerging) yield element(group.key, decode(windowCoder, group.window), group.values);
        else
          for (const { window, values } of merged(group, windowCoder))
            yield element(group.key, window, values);
      }
    }
  };
}

function merged(
  { values, windows }: Group,
  windowCoder: Coder<Window>,
): { window: Window; values: ValueRef[] }[] {
  const items = values.map((item, i) => {
    const window = decode(windowCoder, windows[i]) as IntervalWindow;
    return { ...boundsOf(window), item };
  });
  return mergeWindows(items).map(({ start, end, items }) => ({
    window: new IntervalWindow(Long.fromString(start.toString()), Long.fromString(end.toString())),
    values: items,
  }));
}

/** The values of a group: an array, as other runners give it, unless it would not fit in memory. */
function valuesOf(
  refs: readonly ValueRef[],
  coder: Coder<unknown>,
  reader: SegmentReader,
): Iterable<unknown> {
  const get = (ref: ValueRef): unknown => decode(coder, Buffer.isBuffer(ref) ? ref : reader.read(ref));
  if (refs.every((ref) => Buffer.isBuffer(ref))) return refs.map(get);
  return {
    *[Symbol.iterator]() {
      for (const ref of refs) yield get(ref);
    },
  };
}

function decode<T>(coder: Coder<T>, bytes: Buffer): T {
  return coder.decode(Reader.create(bytes), Context.wholeStream);
}
