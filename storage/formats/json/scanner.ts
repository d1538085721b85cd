// Finds where the records of a JSON file begin and end, chunk by chunk, without holding them: brackets and strings alone.
import { BEGINS_VALUE, CLOSE, KIND, LINE_END, OPEN, OTHER, SEPARATOR, SPACE, STRING } from "./byte_kinds";
import { Found } from "./found";
import { OpenBrackets } from "./open_brackets";

const LF = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;

/** Where the scanner is in the file. */
type Place = "start" | "values" | "array" | "behind array";

/** Where it is in an element: before a value, before a name, in a word or number, behind a value, in a string. */
const BEFORE = 0;
const BEFORE_NAME = 1;
const IN_WORD = 2;
const BEHIND = 3;
const IN_STRING = 4;

/**
 * A file is one array of elements, when its first byte that is no white space is `[`, or values one after the other.
 *
 * An element of an array goes from comma to comma; a value to where its brackets or its string close, a word or number to
 * the next white space. What stands between values and begins none goes to the end of its line.
 *
 * An element is known to be broken by a string with a line break in it, a value directly behind another one or where a
 * name should be, or a closing bracket that fits none or not the last (then it closes all that is open within its own).
 * It ends where others end, and also before a line that begins with the same bracket as itself, in the same column.
 */
export class ElementScanner {
  /** The element that was found or is open: bytes `[start, end)` of the file, without the white space around it. */
  start = 0;
  end = 0;
  /** The number of the line that it begins in. */
  startLine = 1;
  isOpen = false;
  /** Where in the chunk the last call ended. */
  position = 0;

  private place: Place = "start";
  private isBehindComma = false;
  private line = 1;
  private state = BEFORE;
  private isEscaped = false;
  private isBroken = false;
  private goesToLineEnd = false;
  private readonly brackets = new OpenBrackets();
  private firstByte = 0;
  private column = 0;

  /** @param lineStart the byte of the file at which its text begins */
  constructor(private lineStart: number) {}

  /** Reads on in `chunk`, which has the bytes of the file from `offset`, at its byte `p`. */
  next(chunk: Buffer, p: number, offset: number): Found {
    while (!this.isOpen) {
      p = this.position = this.skipSpace(chunk, p, offset);
      if (p === chunk.length) return Found.END_OF_CHUNK;
      const byte = chunk[p];
      if (this.place === "start") {
        this.place = byte === OPEN_BRACKET ? "array" : "values";
        if (byte === OPEN_BRACKET) p++;
      } else if (this.place === "array" && (byte === COMMA || byte === CLOSE_BRACKET)) {
        const isMissing = byte === COMMA || this.isBehindComma;
        this.separate(byte);
        this.position = ++p;
        if (!isMissing) continue;
        this.startLine = this.line;
        this.start = offset + p - 1;
        this.end = offset + p;
        return Found.NO_ELEMENT;
      } else {
        this.open(byte, offset + p);
      }
    }
    if (this.place === "behind array")
      return this.leave(Found.END_OF_CHUNK, chunk.length, offset + chunk.length);
    return this.goesToLineEnd ? this.toLineEnd(chunk, p, offset) : this.inElement(chunk, p, offset);
  }

  /** What the end of the file, at byte `end`, makes of what is open; to be called until it gives END_OF_CHUNK. */
  finish(end: number): Found {
    const { isOpen, place, state } = this;
    if (isOpen && state === IN_STRING) this.end = end;
    if (place === "array") {
      // A number may have been cut off, what is closed was not.
      if (isOpen && this.brackets.depth === 0 && state === BEHIND) {
        this.isOpen = false;
        return Found.ELEMENT;
      }
      if (!isOpen) {
        this.start = this.end = end;
        this.startLine = this.line;
      }
      this.place = "behind array";
      this.isOpen = false;
      return Found.ARRAY_CUT_OFF;
    }
    this.isOpen = false;
    if (!isOpen) return Found.END_OF_CHUNK;
    return place === "behind array" ? Found.BEHIND_ARRAY : Found.ELEMENT;
  }

  private skipSpace(chunk: Buffer, p: number, offset: number): number {
    for (; p < chunk.length; p++) {
      const kind = KIND[chunk[p]];
      if (kind === LINE_END) this.startLineAt(offset + p + 1);
      else if (kind !== SPACE) break;
    }
    return p;
  }

  private startLineAt(position: number): void {
    this.line++;
    this.lineStart = position;
  }

  private open(byte: number, position: number): void {
    this.isOpen = true;
    this.start = this.end = position;
    this.startLine = this.line;
    this.state = BEFORE;
    this.brackets.depth = 0;
    this.isEscaped = this.isBroken = false;
    this.goesToLineEnd = this.place === "values" && !BEGINS_VALUE.has(byte);
    this.firstByte = byte;
    this.column = position - this.lineStart;
  }

  /** A comma or the closing bracket of the array. */
  private separate(byte: number): void {
    this.isBehindComma = byte !== CLOSE_BRACKET;
    if (byte === CLOSE_BRACKET) this.place = "behind array";
  }

  private leave(found: Found, p: number, end: number): Found {
    this.isOpen = found === Found.END_OF_CHUNK;
    this.position = p;
    this.end = end;
    return found;
  }

  private toLineEnd(chunk: Buffer, p: number, offset: number): Found {
    const at = chunk.indexOf(LF, p);
    if (at < 0) return this.leave(Found.END_OF_CHUNK, chunk.length, offset + chunk.length);
    return this.leave(Found.ELEMENT, at, offset + at);
  }

  /** The hot loop. */
  private inElement(chunk: Buffer, p: number, offset: number): Found {
    const size = chunk.length;
    const isArray = this.place === "array";
    const { brackets } = this;
    let { state } = this;
    /** Behind the last byte of the element that is no white space. */
    let end = this.end - offset;
    while (p < size) {
      const byte = chunk[p];
      if (state === IN_STRING) {
        let last: number = byte;
        if (this.isEscaped) {
          this.isEscaped = false;
          if (last !== LF) p++;
          continue;
        }
        while (last !== QUOTE && last !== BACKSLASH && last !== LF && ++p < size) last = chunk[p];
        if (p++ === size) {
          p = size;
        } else if (last === BACKSLASH) {
          this.isEscaped = true;
        } else {
          state = BEHIND;
          end = p;
          // A string that is not closed ends with its line, so that not all of the file is in it.
          if (last === LF) {
            this.startLineAt(offset + p);
            this.isBroken = true;
          }
          if (brackets.depth === 0 && !isArray) return this.leave(Found.ELEMENT, p, offset + end);
        }
        continue;
      }
      const isBetween = brackets.depth === 0 && !isArray;
      switch (KIND[byte]) {
        case OTHER:
          if (state === BEHIND || state === BEFORE_NAME) this.isBroken = true;
          state = IN_WORD;
          do p++;
          while (p < size && KIND[chunk[p]] === OTHER);
          end = p;
          break;
        case SPACE:
        case LINE_END:
          if (isBetween) return this.leave(Found.ELEMENT, p, offset + end);
          if (state === IN_WORD) state = BEHIND;
          p++;
          if (byte === LF) this.startLineAt(offset + p);
          while (p < size && KIND[chunk[p]] === SPACE) p++;
          break;
        case STRING:
          if (isBetween && state === IN_WORD) return this.leave(Found.ELEMENT, p, offset + end);
          if (state > BEFORE_NAME) this.isBroken = true;
          state = IN_STRING;
          p++;
          break;
        case OPEN:
          if (isBetween && state === IN_WORD) return this.leave(Found.ELEMENT, p, offset + end);
          if (state !== BEFORE) this.isBroken = true;
          if (this.isBroken && brackets.depth > 0 && this.beginsAgain(byte, offset + p, offset + end))
            return this.leave(Found.ELEMENT, p, offset + end);
          brackets.open(byte);
          state = byte === OPEN_BRACE ? BEFORE_NAME : BEFORE;
          end = ++p;
          break;
        case CLOSE:
          if (brackets.depth > 0) {
            if (!brackets.close(byte)) this.isBroken = true;
            state = BEHIND;
            end = ++p;
            if (brackets.depth === 0 && !isArray) return this.leave(Found.ELEMENT, p, offset + end);
            break;
          }
          if (isArray && byte === CLOSE_BRACKET) {
            this.separate(byte);
            return this.leave(Found.ELEMENT, p + 1, offset + end);
          }
          state = IN_WORD;
          end = ++p;
          break;
        case SEPARATOR:
          if (brackets.depth === 0 && isArray && byte === COMMA) {
            this.separate(byte);
            return this.leave(Found.ELEMENT, p + 1, offset + end);
          }
          if (isBetween) state = IN_WORD;
          else state = byte === COMMA && brackets.isInObject ? BEFORE_NAME : BEFORE;
          end = ++p;
      }
    }
    this.state = state;
    return this.leave(Found.END_OF_CHUNK, p, offset + end);
  }

  /** Whether a line begins at `position` (the last byte before it being that before `end`) as the element did. */
  private beginsAgain(byte: number, position: number, end: number): boolean {
    const { firstByte, column, lineStart } = this;
    return byte === firstByte && end <= lineStart && position - lineStart === column;
  }
}
