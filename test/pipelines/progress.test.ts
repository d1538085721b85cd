// Progress: a bar with rate and time left on a terminal, a line every ten seconds elsewhere.
import { PassThrough } from "node:stream";
import { Progress } from "../../pipelines/progress";

const TOTAL_BYTES = 1000;

/** A stream as standard error is, and what was written to it. */
function fakeStream(isTTY: boolean): { stream: NodeJS.WriteStream; written: () => string } {
  const stream = new PassThrough();
  return {
    stream: Object.assign(stream, { isTTY, columns: 120 }) as unknown as NodeJS.WriteStream,
    written: () => (stream.read() as Buffer | null)?.toString() ?? "",
  };
}

/** What the bar shows of some metrics after two seconds. */
function barOf(metrics: Record<string, number>): string {
  const { stream, written } = fakeStream(true);
  const progress = new Progress(TOTAL_BYTES, stream);
  jest.advanceTimersByTime(2000);
  progress.update(metrics);
  jest.advanceTimersByTime(1000);
  const shown = written();
  progress.stop();
  return shown;
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe("on a terminal", () => {
  test("the bar shows the part that is read, the records, their rate and the time left", () => {
    expect(barOf({ bytes_read: 250, records_read: 5000 })).toContain(
      "25% | 5,000 records | 2,500/s | 6 s left to read",
    );
  });

  test("the bar says when nothing is read yet, when all is, and what is written", () => {
    expect(barOf({})).toContain("0% | 0 records | 0/s | starting");
    expect(barOf({ bytes_read: 1000, records_read: 10 })).toContain("100% | 10 records | 5/s | shuffling");
    expect(barOf({ bytes_read: 1000, records_read: 10, rows_written: 3000 })).toContain("3,000 rows written");
  });

  test("a file that grew while it was read does not go beyond 100%", () => {
    expect(barOf({ bytes_read: 1500, records_read: 10 })).toContain("100% |");
  });

  test("an empty input shows a bar too", () => {
    const { stream, written } = fakeStream(true);
    new Progress(0, stream).stop();
    expect(written()).toContain("0% | 0 records");
  });

  test("what there is to say stands above the bar, which goes on below it", () => {
    const { stream, written } = fakeStream(true);
    const progress = new Progress(TOTAL_BYTES, stream);
    written();
    progress.say("The job waits.");
    progress.update({ bytes_read: 500 });
    jest.advanceTimersByTime(1000);
    progress.stop();
    const [said, bar] = written().split("\n");
    expect(said.endsWith("\x1b[2KThe job waits.")).toBe(true);
    expect(bar).toContain("50% |");
  });

  test("the bar is cleared at the end, and the cursor shown again", () => {
    const { stream, written } = fakeStream(true);
    const progress = new Progress(TOTAL_BYTES, stream);
    expect(written()).toContain("\x1b[?25l");
    progress.stop();
    progress.stop();
    const shown = written();
    expect(shown).toContain("\x1b[?25h");
    expect(shown.endsWith("\x1b[2K")).toBe(true);
  });
});

describe("elsewhere", () => {
  test("a line is written every ten seconds, not before", () => {
    const { stream, written } = fakeStream(false);
    const progress = new Progress(TOTAL_BYTES, stream);
    const metrics = { bytes_read: 333, records_read: 20_000 };
    jest.advanceTimersByTime(9_999);
    progress.update(metrics);
    expect(written()).toBe("");
    jest.advanceTimersByTime(1);
    progress.update(metrics);
    expect(written()).toBe("33% read, 20,000 records, 2,000/s, 21 s left to read\n");
    jest.advanceTimersByTime(9_999);
    progress.update(metrics);
    expect(written()).toBe("");
    jest.advanceTimersByTime(1);
    progress.update({ bytes_read: 1000, records_read: 20_000, rows_written: 7 });
    expect(written()).toBe("100% read, 20,000 records, 1,000/s, 7 rows written\n");
    progress.stop();
    expect(written()).toBe("");
  });
});
