// Counts, limits on failures and the texts of failures.
import fc from "fast-check";
import {
  countsFromMetrics,
  failureLine,
  failureSummary,
  parseMaxFailures,
  total,
  type JobCounts,
} from "../../transforms";
import { countsToMetrics } from "../../transforms/job_counts";
import { isExceeded, TooManyFailuresError } from "../../transforms/max_failures";

test("counts travel as metrics and come back, beyond 32 bits too", () => {
  const n = fc.maxSafeNat();
  const counts: fc.Arbitrary<JobCounts> = fc.record({
    read: n,
    blank: n,
    unreadable: fc.record({ not_json: n, not_csv: n, not_utf8: n, too_long: n }),
    duplicates: n,
    distinct: n,
    predicted: n,
    null: fc.record({ invalid_input: n, model_error: n, invalid_output: n }),
    failures: n,
  });
  fc.assert(fc.property(counts, (some) => expect(countsFromMetrics(countsToMetrics(some))).toEqual(some)));
});

test("counts that no metric tells of are zero", () => {
  const { unreadable, ...counts } = countsFromMetrics({ unrelated: 3 });
  expect(total(unreadable) + total(counts.null) + counts.read).toBe(0);
});

test.each([
  ["0", { lines: 0 }],
  ["12", { lines: 12 }],
  ["5%", { percent: 5 }],
  ["0.1%", { percent: 0.1 }],
  ["100%", { percent: 100 }],
  ["101%", undefined],
  ["1.5", undefined],
  ["-1", undefined],
  ["many", undefined],
  ["", undefined],
])("the limit '%s'", (text, limit) => {
  expect(parseMaxFailures(text)).toEqual(limit);
});

test("a limit is exceeded by one more than it says", () => {
  expect([0, 1, 2].map((failures) => isExceeded({ lines: 1 }, failures, 10))).toEqual([false, false, true]);
  expect([1, 2].map((failures) => isExceeded({ percent: 10 }, failures, 10))).toEqual([false, true]);
  expect(isExceeded({ percent: 0 }, 0, 0)).toBe(false);
});

const failure = {
  kind: "invalid_input",
  file: "a.ldjson",
  line: 3,
  offset: 20,
  field: "b",
  reason: "is bad",
} as const;

test("a failure's line holds its record as it was read", () => {
  expect(failureLine({ ...failure, record: '{"b":5.0}' })).toBe(
    '{"kind":"invalid_input","file":"a.ldjson","line":3,"offset":20,"field":"b","reason":"is bad","record":{"b":5.0}}',
  );
  expect(JSON.parse(failureLine({ ...failure, content: "no\t" }))).toEqual({ ...failure, content: "no\t" });
});

test("too many failures are told with examples", () => {
  expect(failureSummary(failure)).toBe("a.ldjson, line 3: b is bad");
  const error = new TooManyFailuresError({ percent: 5 }, 7, 100, [failure]);
  expect(error.message).toMatch(
    /^Too many failures: 7 of 100 lines failed, more than --max_failures 5% allows\./,
  );
  expect(error.message).toContain("\n  a.ldjson, line 3: b is bad");
  expect(error.code).toBe("TOO_MANY_FAILURES");
});
