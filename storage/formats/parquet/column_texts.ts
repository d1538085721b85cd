// Gives out the entries of a column as JSON texts, in order, across its pages.
import type { ChunkPages, LeafSchema, Page } from "./pages";
import type { ValueWriter } from "./value_texts";

/** A column of a row group, read from its first entry to its last. */
export class ColumnTexts {
  private readonly pages: Page[] = [];
  private complete = false;
  /** Rows that begin in pages behind `entry`, whole or not. */
  private rows = 0;
  /** The next entry of the first page, and its value if it has one. */
  private entry = 0;
  private value = 0;

  constructor(
    private readonly chunk: ChunkPages,
    private readonly leaf: LeafSchema,
    private readonly writer: ValueWriter,
  ) {}

  /**
   * Sees to it that `rows` rows can be taken.
   * @throws UnreadableFileError when the column ends before
   */
  async prepare(rows: number): Promise<void> {
    for (;;) {
      // A row is whole once another one begins; without lists it always is.
      const last = this.pages.at(-1);
      if (this.rows > rows || (this.rows === rows && (this.complete || last?.repetitions === undefined)))
        return;
      const page = this.complete ? undefined : await this.chunk.next();
      if (page !== undefined) {
        this.pages.push(page);
        this.rows += rowsOf(page);
      } else if (this.rows < rows) {
        throw this.chunk.damaged("it has fewer rows than others");
      } else {
        this.complete = true;
      }
    }
  }

  /** The definition level of the next entry. */
  get definition(): number {
    const page = this.page();
    return page === undefined ? -1 : (page.definitions?.[this.entry] ?? this.leaf.maxDefinition);
  }

  /** The repetition level of the next entry; -1 behind the last. */
  get repetition(): number {
    const page = this.page();
    return page === undefined ? -1 : (page.repetitions?.[this.entry] ?? 0);
  }

  /** The text of the next entry, `null` where there is no value. */
  take(): string {
    const page = this.page();
    if (page === undefined) throw this.chunk.damaged("its lists end too early");
    const { definitions, repetitions } = page;
    if ((repetitions?.[this.entry] ?? 0) === 0) this.rows--;
    const isNull = definitions !== undefined && definitions[this.entry] !== this.leaf.maxDefinition;
    this.entry++;
    return isNull ? "null" : this.text(page, this.value++);
  }

  /** The texts of the next `count` rows of a column without lists. */
  takeRows(count: number): string[] {
    const texts = new Array<string>(count);
    const { maxDefinition } = this.leaf;
    for (let i = 0; i < count;) {
      const page = this.page()!;
      const { definitions } = page;
      const end = Math.min(count, i + page.count - this.entry);
      this.rows -= end - i;
      for (; i < end; i++, this.entry++) {
        const isNull = definitions !== undefined && definitions[this.entry] !== maxDefinition;
        texts[i] = isNull ? "null" : this.text(page, this.value++);
      }
    }
    return texts;
  }

  /** The page of the next entry. */
  private page(): Page | undefined {
    while (this.pages.length > 0 && this.entry >= this.pages[0].count) {
      this.pages.shift();
      this.entry = 0;
      this.value = 0;
    }
    return this.pages[0];
  }

  private text({ values, dictionary }: Page, i: number): string {
    const value = values[i];
    if (dictionary === undefined) return this.writer.text(value);
    const place = value as number;
    if (place >= dictionary.values.length) throw this.chunk.damaged("a value is not in its dictionary");
    return (dictionary.texts[place] ??= this.writer.text(dictionary.values[place]));
  }
}

/** Rows that begin in a page. */
function rowsOf({ count, repetitions }: Page): number {
  if (repetitions === undefined) return count;
  let rows = 0;
  for (let i = 0; i < count; i++) if (repetitions[i] === 0) rows++;
  return rows;
}
