// Rows: elements with a schema, which Beam's SDKs exchange.
//
// The SDK's coder knows neither floating point numbers nor bytes, maps, iterables and the standard's logical types; it writes INT16
// and negative INT32 so that Java can't read them, null as `undefined`, and the fields of schemas with encoding positions in a wrong
// order as soon as there are more than ten of them.
export { row } from "./row_coder";
export { mendSchemas } from "./schemas";
