// Line-delimited JSON: one record a line.
export { jsonLinesInput } from "./reader";
