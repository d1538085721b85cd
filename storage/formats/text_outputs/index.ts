// The formats of lines of JSON that predictions are written in.
import type { OutputFormat } from "../output_format";
import { joinedLines } from "./joined";
import { MergedEncoder } from "./merged";

/** `RECORD<tab>PREDICTION`, two JSON texts a line; without records `PREDICTION`. */
export const tsvJsonOutput: OutputFormat = joinedLines(".ldjson", {
  joined: { before: "", between: "\t", after: "\n" },
  alone: { before: "", after: "\n" },
});

/** `{"input":RECORD,"prediction":PREDICTION}`, one object a line; without records `{"prediction":PREDICTION}`. */
export const jsonLinesOutput: OutputFormat = joinedLines(".jsonl", {
  joined: { before: '{"input":', between: ',"prediction":', after: "}\n" },
  alone: { before: '{"prediction":', after: "}\n" },
});

/** The fields of the record and those of its prediction in one flat object a line. */
export const mergedJsonLinesOutput: OutputFormat = {
  extension: ".jsonl",
  isText: true,
  isPlainLines: true,
  encoder: (layout) => new MergedEncoder(layout),
};
