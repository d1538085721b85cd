// Texts compared word by word: as the strings compare, whatever stands before and behind them.
import fc from "fast-check";
import { viewOf } from "../../storage/bytes";
import { equalTexts } from "../../storage/text_words";

/** Texts that are often equal, or differ in one place. */
const text = fc
  .tuple(
    fc.constantFrom("", "é€", "0123456", "01234567", "sepal_length", "x".repeat(40)),
    fc.constantFrom("", "a", "ä"),
  )
  .map((parts) => parts.join(""));
const around = fc.constantFrom("", "1", "12345678", "é");

it("finds texts equal that are, and no others", () => {
  fc.assert(
    fc.property(
      text,
      text,
      fc.tuple(around, around, around, around),
      (a, b, [beforeA, behindA, beforeB, behindB]) => {
        const place = (before: string, text: string, behind: string): [DataView, number, number] => {
          const from = Buffer.byteLength(before);
          return [viewOf(Buffer.from(before + text + behind)), from, from + Buffer.byteLength(text)];
        };
        expect(equalTexts(...place(beforeA, a, behindA), ...place(beforeB, b, behindB))).toBe(a === b);
      },
    ),
    { numRuns: 3000 },
  );
});
