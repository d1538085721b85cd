// What every runner must do, each test on every one of them: results, windows, side inputs, metrics, failures, size.
import { elements } from "./cases/elements";
import { failures } from "./cases/failures";
import { grouping } from "./cases/grouping";
import { metrics } from "./cases/metrics";
import { refusals } from "./cases/refusals";
import { sideInputs } from "./cases/side_inputs";
import { size } from "./cases/size";
import { windows } from "./cases/windows";
import { ROWS } from "./runners";
import { UnderTest } from "./under_test";

/** Each topic adds its tests. */
const TOPICS: readonly ((on: UnderTest) => void)[] = [
  elements,
  grouping,
  sideInputs,
  windows,
  metrics,
  size,
  failures,
  refusals,
];

describe.each(ROWS.map((row) => [row.name, row] as const))("%s", (_, row) => {
  const on = new UnderTest(row);
  for (const topic of TOPICS) topic(on);
});
