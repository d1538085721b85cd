// How what was counted is told to the runner.
import { writeVarint } from "../../../sdk";
import type { MonitoringInfo } from "apache-beam/proto/metrics";
import type { MetricsContainer } from "apache-beam/worker/metrics";
import { Writer } from "protobufjs";

const SUM = "beam:metrics:sum_int64:v1";
const DISTRIBUTION = "beam:metrics:distribution_int64:v1";

/** The kinds of metrics by the SDK's names for them: the URN, the type, and how a value is encoded. */
const KINDS: Readonly<Record<string, [urn: string, type: string, encode: (value: unknown) => Uint8Array]>> = {
  "beam:metric:user:sum_int64:v1": ["beam:metric:user:sum_int64:v1", SUM, encodeSum],
  "beam:metric:user:distribution_int64:v1": [
    "beam:metric:user:distribution_int64:v1",
    DISTRIBUTION,
    encodeDistribution,
  ],
  "beam:metric:user:element_count:v1": ["beam:metric:element_count:v1", SUM, encodeSum],
};

/** A report, in both of the forms in which runners want it. */
export interface MonitoringReport {
  monitoringInfos: MonitoringInfo[];
  monitoringData: Record<string, Uint8Array>;
}

/** A source and the index of the element that it took in last. */
interface ReadIndex {
  readonly transformId: string;
  readonly readIndex: number;
}

/** The metrics of a worker and the short names under which it reports them. */
export class MonitoringInfos {
  private readonly shortIds = new Map<string, string>();
  private readonly infos = new Map<string, Omit<MonitoringInfo, "payload">>();

  /** Reports what a bundle has counted so far. */
  report(container: MetricsContainer, sources: Iterable<ReadIndex>): MonitoringReport {
    const report: MonitoringReport = { monitoringInfos: [], monitoringData: {} };
    for (const [key, cell] of container.metrics) {
      const kind = Object.keys(KINDS).find((name) => key.startsWith(name));
      if (!cell.is_set || kind === undefined) continue;
      const [urn, type, encode] = KINDS[kind];
      const labels: Record<string, string> = {};
      // The SDK's metrics have no namespace, and its label of the transform is one that no runner knows.
      if (cell.name !== undefined) Object.assign(labels, { NAME: cell.name, NAMESPACE: "" });
      if (cell.transformId !== undefined) labels.PTRANSFORM = cell.transformId;
      if (cell.pcollectionId !== undefined) labels.PCOLLECTION = cell.pcollectionId;
      this.add(report, { urn, type, labels }, encode(cell.value.extract()));
    }
    for (const { transformId, readIndex } of sources) {
      const urn = "beam:metric:data_channel:read_index:v1";
      this.add(report, { urn, type: SUM, labels: { PTRANSFORM: transformId } }, encodeVarints(readIndex));
    }
    return report;
  }

  /** What short names stand for; those that are not known are left out. */
  explain(shortIds: readonly string[]): Record<string, MonitoringInfo> {
    const explained: Record<string, MonitoringInfo> = {};
    for (const shortId of shortIds) {
      const info = this.infos.get(shortId);
      if (info !== undefined) explained[shortId] = { ...info, payload: new Uint8Array() };
    }
    return explained;
  }

  private add(report: MonitoringReport, info: Omit<MonitoringInfo, "payload">, payload: Uint8Array): void {
    const key = JSON.stringify([info.urn, info.labels]);
    let shortId = this.shortIds.get(key);
    if (shortId === undefined) {
      shortId = `m${this.shortIds.size}`;
      this.shortIds.set(key, shortId);
      this.infos.set(shortId, info);
    }
    report.monitoringInfos.push({ ...info, payload });
    report.monitoringData[shortId] = payload;
  }
}

function encodeSum(value: unknown): Uint8Array {
  return encodeVarints(value as number);
}

function encodeDistribution(value: unknown): Uint8Array {
  const { count, sum, min, max } = value as { count: number; sum: number; min: number; max: number };
  return encodeVarints(count, sum, min, max);
}

/** Whole numbers one after the other; what a person counted with may have been none, or not even finite. */
function encodeVarints(...numbers: readonly number[]): Uint8Array {
  const writer = new Writer();
  for (const number of numbers) {
    writeVarint(writer, BigInt.asIntN(64, BigInt(Number.isFinite(number) ? Math.trunc(number) : 0)));
  }
  return writer.finish();
}
