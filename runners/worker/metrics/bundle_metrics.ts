// What is counted while a bundle runs.
import "../../../sdk";
import { MetricsContainer } from "apache-beam/worker/metrics";

/** The SDK's container, whose cells begin at zero again for the next bundle; the SDK's keep what they had. */
export class BundleMetrics extends MetricsContainer {
  override reset(): void {
    for (const cell of this.metrics.values()) {
      cell.value.reset();
      cell.reset();
    }
  }
}
