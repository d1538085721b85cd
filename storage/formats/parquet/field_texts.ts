// Puts lists, maps and groups together from the columns of their leaves, as JSON texts.
import type { SchemaTree } from "hyparquet";
import type { ColumnTexts } from "./column_texts";

/** Writes the next value of a field. */
export type NextText = () => string;

/** A leaf of the schema, where its entries come from, and whether its texts are all strings. */
export interface LeafTexts {
  column: ColumnTexts;
  isString: boolean;
}

/** A part of the schema that can be written. */
interface Part {
  next: NextText;
  /** The leaves below it; all of them have an entry for each of its values. */
  leaves: readonly LeafTexts[];
}

/**
 * How the values of a field are written: lists as arrays, maps as objects (as arrays of `[key, value]` where keys are no
 * strings), groups as objects with their fields in the schema's order.
 * @param leafOf the leaves, asked for in the order of the schema
 */
export function fieldTexts(field: SchemaTree, leafOf: (leaf: SchemaTree) => LeafTexts): NextText {
  return partOf(field, 0, 0, leafOf).next;
}

/** @param definition,repetition the levels of what is around the node */
function partOf(
  node: SchemaTree,
  definition: number,
  repetition: number,
  leafOf: (leaf: SchemaTree) => LeafTexts,
): Part {
  switch (node.element.repetition_type) {
    case "REPEATED":
      // Outside of a LIST: an array of values that are all there.
      return listOf(bodyOf(node, definition + 1, repetition + 1, leafOf), definition + 1, repetition + 1);
    case "OPTIONAL": {
      const body = bodyOf(node, definition + 1, repetition, leafOf);
      return node.children.length === 0 ? body : orElse("null", definition + 1, body);
    }
    case "REQUIRED":
    case undefined:
      return bodyOf(node, definition, repetition, leafOf);
  }
}

/** A node that is there, of which `definition` and `repetition` are the levels. */
function bodyOf(
  node: SchemaTree,
  definition: number,
  repetition: number,
  leafOf: (leaf: SchemaTree) => LeafTexts,
): Part {
  const { element, children } = node;
  if (children.length === 0) {
    const leaf = leafOf(node);
    return { next: () => leaf.column.take(), leaves: [leaf] };
  }
  const [only] = children;
  if (children.length === 1 && only.element.repetition_type === "REPEATED") {
    const meaning = element.logical_type?.type ?? element.converted_type;
    if (meaning === "LIST") {
      const item = isItem(only, node)
        ? bodyOf(only, definition + 1, repetition + 1, leafOf)
        : partOf(only.children[0], definition + 1, repetition + 1, leafOf);
      return listOf(item, definition + 1, repetition + 1);
    }
    if ((meaning === "MAP" || meaning === "MAP_KEY_VALUE") && only.children.length === 2) {
      const [key, value] = only.children.map((child) =>
        partOf(child, definition + 1, repetition + 1, leafOf),
      );
      return mapOf(key, value, definition + 1, repetition + 1);
    }
  }
  return groupOf(
    children.map((child) => ({
      name: child.element.name,
      part: partOf(child, definition, repetition, leafOf),
    })),
  );
}

/** Whether the repeated node of a LIST is itself the item, as old writers had it, and not a group around the item. */
function isItem(repeated: SchemaTree, list: SchemaTree): boolean {
  const { element, children } = repeated;
  return (
    children.length !== 1 ||
    children[0].element.repetition_type === "REPEATED" ||
    element.name === "array" ||
    element.name === `${list.element.name}_tuple`
  );
}

/** `text` where the definition level of the next entry is below `definition`. */
function orElse(text: string, definition: number, { next, leaves }: Part): Part {
  const [{ column: first }] = leaves;
  return {
    next: () => {
      if (first.definition >= definition) return next();
      for (const { column } of leaves) column.take();
      return text;
    },
    leaves,
  };
}

function listOf(item: Part, definition: number, repetition: number): Part {
  const items = repeated(item, repetition);
  return orElse("[]", definition, { next: () => `[${items()}]`, leaves: item.leaves });
}

function mapOf(key: Part, value: Part, definition: number, repetition: number): Part {
  const leaves = [...key.leaves, ...value.leaves];
  const isObject = key.leaves.length === 1 && key.leaves[0].isString;
  const pair = (): string =>
    // The names of an object's members can't be null.
    isObject ? `${nameOf(key.next())}:${value.next()}` : `[${key.next()},${value.next()}]`;
  const pairs = repeated({ next: pair, leaves }, repetition);
  return isObject
    ? orElse("{}", definition, { next: () => `{${pairs()}}`, leaves })
    : orElse("[]", definition, { next: () => `[${pairs()}]`, leaves });
}

function nameOf(key: string): string {
  return key.startsWith('"') ? key : `"${key}"`;
}

function groupOf(members: readonly { name: string; part: Part }[]): Part {
  const prefixes = members.map(({ name }, i) => `${i === 0 ? "{" : ","}${JSON.stringify(name)}:`);
  const next = (): string => {
    let text = "";
    for (let i = 0; i < members.length; i++) text += prefixes[i] + members[i].part.next();
    return `${text}}`;
  };
  return { next, leaves: members.flatMap(({ part }) => part.leaves) };
}

/** One item and those that follow it in the same list, with commas between them. */
function repeated({ next, leaves }: Part, repetition: number): NextText {
  const [{ column: first }] = leaves;
  return () => {
    let text = next();
    while (first.repetition === repetition) text += `,${next()}`;
    return text;
  };
}
