// The operator behind every ParDo: the SDK's, but its DoFns may await, and what they emit is waited for.
//
// It is registered for the ParDo URN in the place of the SDK's own, which drops promises of DoFns and hands a DoFn's
// elements on without waiting for those before them. It stands under the stock direct runner and under workers.
import "../../sdk";
import diagnostics_channel from "node:diagnostics_channel";
import { deserializeFn } from "apache-beam/internal/serialize";
import * as urns from "apache-beam/internal/urns";
import { ParDoPayload, type PTransform } from "apache-beam/proto/beam_runner_api";
import { parDo, type SideInputParam, type SplitOptions } from "apache-beam/transforms/pardo";
import type { WindowFn } from "apache-beam/transforms/window";
import type { Instant, Window, WindowedValue } from "apache-beam/values";
import {
  NonPromise,
  ProcessResultBuilder,
  registerOperatorConstructor,
  type IOperator,
  type OperatorContext,
  type ProcessResult,
  type Receiver,
} from "apache-beam/worker/operators";
import { createSideInputInfo, ParamProviderImpl } from "apache-beam/worker/pardo_context";
import type { AsyncDoFn, Elements } from "./async_dofn";

/**
 * Each operator's metrics are published here when it is made, so that a runner in the same process can show them
 * while the job runs; the SDK's direct runner gives them out only when it is over.
 */
const metricsChannel = diagnostics_channel.channel("beam-predict:metrics");

/** A pause after this many milliseconds lets timers, signals and streams have their turn. */
const TURN_MS = 50;
let turnStarted = performance.now();

async function giveTurn(): Promise<void> {
  if (performance.now() - turnStarted < TURN_MS) return;
  await new Promise((resolve) => setImmediate(resolve));
  turnStarted = performance.now();
}

type UnknownDoFn = AsyncDoFn<unknown, unknown, unknown>;
type Emit = (value: unknown, origin: WindowedValue<unknown>) => ProcessResult;

/** Runs a DoFn: one element after the other, each finished with all that it emits before the next begins. */
class DoFnOperator implements IOperator {
  private readonly doFn: UnknownDoFn;
  private readonly originalContext: unknown;
  private readonly sideInputs: ReturnType<typeof createSideInputInfo>;
  private params!: ParamProviderImpl;
  private context: unknown;
  /** The work that is under way. A failed one stays, and fails what comes after it. */
  private tail: Promise<void> | undefined;

  constructor(
    readonly transformId: string,
    private readonly emit: Emit,
    transform: PTransform,
    payload: ParDoPayload,
    private readonly operatorContext: OperatorContext,
  ) {
    const { doFn, context } = deserializeFn(payload.doFn!.payload) as { doFn: UnknownDoFn; context: unknown };
    this.doFn = doFn;
    this.originalContext = withReusableSideInputs(context);
    this.sideInputs = createSideInputInfo(transform, payload, operatorContext);
    metricsChannel.publish(operatorContext.metricsContainer);
  }

  async startBundle(): Promise<void> {
    const { getStateProvider, metricsContainer } = this.operatorContext;
    this.tail = undefined;
    this.params = new ParamProviderImpl(
      this.transformId,
      this.sideInputs,
      getStateProvider,
      metricsContainer,
    );
    this.context = this.params.augmentContext(this.originalContext) as unknown;
    await this.doFn.startBundle?.(this.context);
  }

  process(element: WindowedValue<unknown>): ProcessResult {
    if (this.tail !== undefined)
      return this.follow(this.tail.then(() => this.processNow(element) ?? undefined));
    const result = this.processNow(element);
    return result === NonPromise ? NonPromise : this.follow(result);
  }

  async finishBundle(): Promise<void> {
    await this.tail;
    const last = await this.doFn.finishBundle?.(this.context);
    for await (const element of last ?? []) await this.emit(element.value, element);
  }

  /**
   * Makes work the tail of the queue. Not every caller waits for what it gets back (the direct runner's impulse does
   * not): the queue keeps the order, and `finishBundle` waits for it and tells of its failure.
   */
  private follow(work: Promise<void>): Promise<void> {
    const tail = work.then(() => {
      if (this.tail === tail) this.tail = undefined;
    });
    tail.catch(() => undefined);
    this.tail = tail;
    return tail;
  }

  private processNow(element: WindowedValue<unknown>): ProcessResult {
    if (this.context !== undefined && element.windows.length !== 1) return this.processEachWindow(element);
    const prepared = this.params.setCurrentValue(element);
    if (prepared !== NonPromise) {
      // Side inputs are on their way. When they are here, setting the element again finds them.
      return prepared.then(() => this.processNow(element) ?? undefined);
    }
    return this.take(this.doFn.process(element.value, this.context), element);
  }

  private async processEachWindow(element: WindowedValue<unknown>): Promise<void> {
    for (const window of element.windows) await this.processNow({ ...element, windows: [window] });
  }

  /** Hands on what the DoFn gave back, in whichever form it came. */
  private take(elements: Elements<unknown>, origin: WindowedValue<unknown>): ProcessResult {
    if (elements === undefined || elements === null) return NonPromise;
    if (Symbol.asyncIterator in elements) return this.takeAsync(elements, origin);
    if (Symbol.iterator in elements) return this.takeSync(elements[Symbol.iterator](), origin);
    return elements.then((later) => this.take(later, origin) ?? undefined);
  }

  private takeSync(elements: Iterator<unknown>, origin: WindowedValue<unknown>): ProcessResult {
    for (let next = elements.next(); !next.done; next = elements.next()) {
      const result = this.emit(next.value, origin);
      if (result !== NonPromise) return result.then(() => this.takeRest(elements, origin));
    }
    return NonPromise;
  }

  private async takeRest(elements: Iterator<unknown>, origin: WindowedValue<unknown>): Promise<void> {
    for (let next = elements.next(); !next.done; next = elements.next()) {
      await this.emit(next.value, origin);
      await giveTurn();
    }
  }

  private async takeAsync(elements: AsyncIterable<unknown>, origin: WindowedValue<unknown>): Promise<void> {
    for await (const value of elements) {
      await this.emit(value, origin);
      await giveTurn();
    }
    await giveTurn();
  }
}

/** The SDK gives an iterable side input as a generator: the second element of a bundle finds it used up. */
function withReusableSideInputs(context: unknown): unknown {
  if (typeof context !== "object" || context === null) return context;
  for (const param of Object.values(context)) {
    const { accessor } = param as Partial<SideInputParam<unknown, Iterable<unknown>, unknown>>;
    if (accessor === undefined) continue;
    const { toValue } = accessor;
    accessor.toValue = (elements: Iterable<unknown>) => toValue([...elements]);
  }
  return context;
}

/** An operator that needs nothing but the element. */
class StatelessOperator implements IOperator {
  constructor(
    readonly transformId: string,
    readonly process: (element: WindowedValue<unknown>) => ProcessResult,
  ) {}
  async startBundle(): Promise<void> {}
  async finishBundle(): Promise<void> {}
}

function assignWindows(receiver: Receiver, windowFn: WindowFn<Window>) {
  return (element: WindowedValue<unknown>): ProcessResult => {
    const assigned = windowFn.assignWindows(element.timestamp);
    if (assigned.length === 0) return NonPromise;
    // From each of the windows that it was in, the element goes to the new ones.
    return receiver.receive({ ...element, windows: element.windows.flatMap(() => assigned) });
  };
}

function assignTimestamps(receiver: Receiver, timestampOf: (value: unknown, old: Instant) => Instant) {
  return (element: WindowedValue<unknown>): ProcessResult =>
    receiver.receive({ ...element, timestamp: timestampOf(element.value, element.timestamp) });
}

function split(receivers: Map<string, Receiver>, options: SplitOptions) {
  return (element: WindowedValue<unknown>): ProcessResult => {
    const parts = Object.entries(element.value as Record<string, unknown>);
    if (options.exclusive && parts.length !== 1) {
      throw new Error(`An element that is split exclusively must have one key, not ${parts.length}.`);
    }
    const result = new ProcessResultBuilder();
    for (const [key, value] of parts) {
      let tag = key;
      if (!options.knownTags!.includes(tag)) {
        if (options.unknownTagBehavior === "ignore") continue;
        if (options.unknownTagBehavior !== "rename") {
          throw new Error(`Unexpected tag '${tag}', not one of ${options.knownTags!.join(", ")}.`);
        }
        tag = options.unknownTagName!;
      }
      result.add(receivers.get(tag)?.receive({ ...element, value }) ?? NonPromise);
    }
    return result.build();
  };
}

/** Emits to the one output, or, when there are several, to the one that the element names. */
function emitter(receivers: Map<string, Receiver>): Emit {
  const main = receivers.get("main");
  if (main !== undefined && receivers.size === 1)
    return (value, origin) => main.receive({ ...origin, value });
  return (tagged, origin) => {
    const { tag, value } = tagged as { tag: string; value: unknown };
    const receiver = receivers.get(tag);
    if (receiver === undefined)
      throw new Error(`Unexpected output '${tag}', not one of ${[...receivers.keys()].join(", ")}.`);
    return receiver.receive({ ...origin, value });
  };
}

registerOperatorConstructor(parDo.urn, (transformId, transform, context): IOperator => {
  const payload = ParDoPayload.fromBinary(transform.spec!.payload);
  const receivers = new Map(
    Object.entries(transform.outputs).map(([tag, pcollection]) => [tag, context.getReceiver(pcollection)]),
  );
  const [first] = receivers.values();
  const argument = (): unknown => deserializeFn(payload.doFn!.payload);
  switch (payload.doFn?.urn) {
    case urns.SERIALIZED_JS_DOFN_INFO:
      return new DoFnOperator(transformId, emitter(receivers), transform, payload, context);
    case urns.IDENTITY_DOFN_URN:
      return new StatelessOperator(transformId, (element) => first.receive(element));
    case urns.JS_WINDOW_INTO_DOFN_URN: {
      const { windowFn } = argument() as { windowFn: WindowFn<Window> };
      return new StatelessOperator(transformId, assignWindows(first, windowFn));
    }
    case urns.JS_ASSIGN_TIMESTAMPS_DOFN_URN: {
      const { func } = argument() as { func: (value: unknown, old: Instant) => Instant };
      return new StatelessOperator(transformId, assignTimestamps(first, func));
    }
    case urns.SPLITTING_JS_DOFN_URN:
      return new StatelessOperator(transformId, split(receivers, argument() as SplitOptions));
    case undefined:
    default:
      throw new Error(`Unknown kind of DoFn: ${payload.doFn?.urn}`);
  }
});
