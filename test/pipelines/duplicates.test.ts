// A job most of whose records come again: duplicates are left out before they are predicted, and nothing else is.
import { commandTest, linesOf, type Counts } from "./command";

/** Two spellings of each number, of which the second is the smaller text: a point comes before a brace and a comma. */
const NUMBERS = [
  ["5", "5.0"],
  ["1.5", "1.50"],
  ["-2.25", "-2.250"],
  ["0.1", "0.10"],
];
const NAMES = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
const RECORDS = 120_000;

commandTest(
  "of records that come again and again the smallest text stays, and every bad one is told",
  async (place) => {
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const smallest = new Map<string, string>();
    const lines: string[] = [];
    let bad = 0;
    for (let i = 0; i < RECORDS; i++) {
      // The smaller spellings come late, when the others are known.
      const isLate = i > RECORDS / 2;
      const members = NAMES.map((name) => {
        const number = random(NUMBERS.length);
        return { name, number, text: NUMBERS[number][isLate ? random(2) : 0] };
      });
      const isBad = random(100) === 0;
      if (isBad) bad++;
      const written = members.map(({ name, text }) => `"${name}":${text}`);
      if (isBad) written[3] = '"petal_width":"bad"';
      const text = `{${written.join(",")}}`;
      const key = JSON.stringify(JSON.parse(text));
      const known = smallest.get(key);
      if (known === undefined || text < known) smallest.set(key, text);
      lines.push(i % 3 === 0 ? text.replaceAll(",", " , ") : text);
    }
    place.write("input.ldjson", `${lines.join("\n")}\n`);
    const { status, stdout } = await place.run(
      "--input input.ldjson --output output.ldjson --errors errors.ldjson --direct_num_workers 2 --batch_size 256 --summary json",
    );
    expect(status).toBe(0);
    const output = linesOf(place.read("output.ldjson"));
    expect(output.map((line) => line.split("\t")[0]).sort()).toEqual([...smallest.values()].sort());
    expect(linesOf(place.read("errors.ldjson"))).toHaveLength(bad);
    const { read, distinct, duplicates, failures } = JSON.parse(stdout) as Counts;
    expect({ read, distinct, duplicates, failures }).toEqual({
      ...{ read: RECORDS, distinct: smallest.size, duplicates: RECORDS - smallest.size, failures: bad },
    });
  },
);
