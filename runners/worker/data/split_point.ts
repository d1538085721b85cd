// Where a bundle's elements may be cut when the runner wants to give the rest to another worker.
import type { ProcessBundleSplitRequest_DesiredSplit } from "apache-beam/proto/beam_fn_api";

/**
 * Finds the first element of the rest.
 * @param begun how many elements have begun: the cut is behind them
 * @param end the first element that was given back before, or Infinity
 * @returns its index, at least 1 and below `end`, or undefined when there is no such point
 */
export function splitPoint(
  begun: number,
  end: number,
  desired: Pick<ProcessBundleSplitRequest_DesiredSplit, keyof ProcessBundleSplitRequest_DesiredSplit>,
): number | undefined {
  const { fractionOfRemainder, allowedSplitPoints, estimatedInputElements } = desired;
  const total = Math.min(end, Number(estimatedInputElements));
  const remaining = total - begun;
  if (remaining <= 0) return undefined;
  const first = Math.max(1, begun);
  const wanted = Math.max(first, begun + Math.floor(remaining * Math.min(1, Math.max(0, fractionOfRemainder))));
  const allowed =
    allowedSplitPoints.length === 0
      ? [wanted]
      : allowedSplitPoints.map(Number).filter((point) => point >= first);
  let best: number | undefined;
  for (const point of allowed) {
    if (point >= total) continue;
    if (best === undefined || Math.abs(point - wanted) < Math.abs(best - wanted)) best = point;
  }
  return best;
}
