// What a coder refuses. The alternative is an element that comes out as another one than went in.

/** An element that its coder can't write down so that the same one comes out again. */
export class ElementEncodingError extends Error {
  readonly code = "CANNOT_ENCODE";
  override readonly name = "ElementEncodingError";
}

/** Bytes that can't be what the coder has written. */
export class ElementDecodingError extends Error {
  readonly code = "CANNOT_DECODE";
  override readonly name = "ElementDecodingError";
}
