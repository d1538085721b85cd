// What ElementScanner may find in a JSON file.

export const Found = {
  /** Nothing more in this chunk; an element may be open. */
  END_OF_CHUNK: 0,
  /** A whole element, or one that is broken, which its check will tell. */
  ELEMENT: 1,
  /** A comma or the closing bracket where an element should be. */
  NO_ELEMENT: 2,
  /** What stands behind the closing bracket, to the end of the file. */
  BEHIND_ARRAY: 3,
  /** The end of the file in an array, and perhaps in an element of it. */
  ARRAY_CUT_OFF: 4,
} as const;
export type Found = (typeof Found)[keyof typeof Found];
