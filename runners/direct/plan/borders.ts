// Where the data of a pipeline is kept in files, between the stages that write it and those that read it.

/** Elements that are grouped by their keys: the input of a GroupByKey. */
export interface GroupBorder {
  readonly kind: "group";
  /** The GroupByKey. */
  readonly transform: string;
  readonly pcollection: string;
}

/** Elements that wait for side inputs to be whole: the main input of a ParDo that has some. */
export interface MainBorder {
  readonly kind: "main";
  /** The ParDo. */
  readonly transform: string;
  readonly pcollection: string;
}

/** Elements that are spread over all workers: the input of a reshuffle. */
export interface SpreadBorder {
  readonly kind: "spread";
  /** The reshuffle. */
  readonly transform: string;
  readonly pcollection: string;
}

/** A side input of one ParDo or more. */
export interface SideBorder {
  readonly kind: "side";
  readonly pcollection: string;
}

/** One that a stage can begin with. */
export type RootBorder = GroupBorder | MainBorder | SpreadBorder;
export type Border = RootBorder | SideBorder;

/** The name of a border, of which files are called and by which stages ask for it. */
export function borderId(border: Border): string {
  return border.kind === "side" ? `side:${border.pcollection}` : `${border.kind}:${border.transform}`;
}
