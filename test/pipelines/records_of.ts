// What files hold, in any format and compression, as the readers of the storage room see it.
import { listRanges, READING_DEFAULTS, readRanges } from "../../storage";
import { readFileSync } from "node:fs";
import { linesOf, SAMPLE, type Workplace } from "./command";

/** The columns of the iris model's outputs, as cells of CSV are to be understood. */
const FIELDS = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
const IRIS_TYPES = {
  ...Object.fromEntries(FIELDS.map((field) => [field, ["number", "null"] as const])),
  species: ["string", "null"] as const,
};

/** The sample's records, the last of which can't be predicted, and their predictions. */
const SAMPLES = linesOf(readFileSync(SAMPLE, "utf8")).map((line) => JSON.parse(line) as object);
const SPECIES = SAMPLES.map((_, i) => ["setosa", "versicolor", "virginica"][Math.floor(i / 5)]);

/** The records of files in a place, told by their extensions, in the order of their text. All must be readable. */
export async function recordsOf(place: Workplace, ...names: string[]): Promise<Record<string, unknown>[]> {
  const reading = { ...READING_DEFAULTS, fieldTypes: IRIS_TYPES };
  const patterns = names.map((name) => place.path(name));
  const texts: string[] = [];
  for await (const range of listRanges(patterns, { splitBytes: 1 << 30, reading })) {
    for await (const { batch } of readRanges([range], reading, undefined, () => undefined)) {
      expect(batch.unreadable).toEqual([]);
      texts.push(...batch.records.texts());
    }
  }
  return texts.sort().map((text) => JSON.parse(text) as Record<string, unknown>);
}

/** Expects the rows of the sample in files, in any order. What a column can't hold is null in it, in CSV it is there. */
export async function expectSample(place: Workplace, isFlat: boolean, ...names: string[]): Promise<void> {
  const rows = await recordsOf(place, ...names);
  expect(rows).toHaveLength(SAMPLES.length);
  for (const [i, record] of SAMPLES.slice(0, -1).entries()) {
    const prediction = { species: SPECIES[i] };
    expect(rows).toContainEqual(isFlat ? { ...record, ...prediction } : { input: record, prediction });
  }
  // An empty cell of CSV is an empty string where one may be.
  const nulls = rows.filter((row) => [null, ""].includes((isFlat ? row.species : row.prediction) as string));
  const held = /csv|tsv|json/i.test(names[0]) ? "asd" : null;
  const last = { ...SAMPLES.at(-1), petal_width: held };
  expect(nulls).toEqual([
    isFlat ? { ...last, species: nulls[0].species } : { input: last, prediction: null },
  ]);
}
