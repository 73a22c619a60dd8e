/** Where and why a text stops being JSON. */
export interface JsonFault {
  /** Offset in UTF-16 code units. */
  readonly at: number;
  /** What is wrong and what to do, for people. It quotes nothing of the text. */
  readonly reason: string;
}

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
/** A character that cannot follow a complete number or literal. */
const WORD_PART = /[\w.+$-]/;
/** Characters of a string that need no check. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings must not hold control characters
const PLAIN_CHARACTERS = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/**
 * What may come next. `valueOrEnd` and `nameOrEnd` follow an opening bracket, where the array or object may
 * also end.
 */
type Expected = 'value' | 'valueOrEnd' | 'name' | 'nameOrEnd' | 'afterValue' | 'colon';

/**
 * Finds where a text stops being JSON, in one pass, in linear time and without recursion. JSON.parse does not
 * always say where, and its message quotes the text.
 *
 * @returns undefined for JSON
 */
export function findJsonFault(text: string): JsonFault | undefined {
  return new JsonCheck(text).run();
}

class JsonCheck {
  readonly #text: string;
  /** For each open array or object: whether it is an array. */
  readonly #isArray: boolean[] = [];
  #at = 0;
  #expected: Expected = 'value';
  /** Offset of the comma before the current element; -1 if there is none. */
  #commaAt = -1;

  constructor(text: string) {
    this.#text = text;
  }

  run(): JsonFault | undefined {
    for (;;) {
      this.#skip(SPACE);
      if (this.#at === this.#text.length) return this.#ending();
      const fault = this.#step();
      if (fault) return fault;
    }
  }

  #ending(): JsonFault | undefined {
    if (this.#isArray.length === 0 && this.#expected === 'afterValue') return undefined;
    const isEmpty = this.#text.trim() === '';
    return this.#fault(isEmpty ? 'it is empty' : 'the text ends before the JSON is complete');
  }

  #step(): JsonFault | undefined {
    switch (this.#expected) {
      case 'afterValue':
        return this.#separator();
      case 'colon':
        return this.#colon();
      case 'name':
      case 'nameOrEnd':
        return this.#name();
      default:
        return this.#value();
    }
  }

  #value(): JsonFault | undefined {
    const first = this.#text[this.#at]!;
    if (first === '[' || first === '{') {
      this.#isArray.push(first === '[');
      this.#expected = first === '[' ? 'valueOrEnd' : 'nameOrEnd';
      this.#at++;
      return undefined;
    }
    if (first === ']' && this.#expected === 'valueOrEnd') return this.#close();
    this.#expected = 'afterValue';
    if (first === '"') return this.#string();
    const from = this.#at;
    const isWord = this.#skip(NUMBER) || this.#skip(LITERAL);
    if (isWord && !WORD_PART.test(this.#text[this.#at] ?? '')) return undefined;
    this.#at = from;
    return this.#unexpected('a value');
  }

  #name(): JsonFault | undefined {
    const first = this.#text[this.#at];
    if (first === '}' && this.#expected === 'nameOrEnd') return this.#close();
    if (first !== '"') return this.#unexpected('a name in double quotes');
    this.#expected = 'colon';
    return this.#string();
  }

  #colon(): JsonFault | undefined {
    if (this.#text[this.#at] !== ':') return this.#unexpected('a colon after the name');
    this.#at++;
    this.#expected = 'value';
    this.#commaAt = -1;
    return undefined;
  }

  #separator(): JsonFault | undefined {
    const isArray = this.#isArray.at(-1);
    const first = this.#text[this.#at];
    if (isArray === undefined) return this.#unexpected('nothing after the JSON');
    if (first === (isArray ? ']' : '}')) return this.#close();
    if (first !== ',') return this.#unexpected(`a comma or the end of the ${isArray ? 'array' : 'object'}`);
    this.#commaAt = this.#at++;
    this.#expected = isArray ? 'value' : 'name';
    return undefined;
  }

  #close(): undefined {
    this.#isArray.pop();
    this.#expected = 'afterValue';
    this.#at++;
  }

  /** Reads a string from its opening quote. */
  #string(): JsonFault | undefined {
    const from = this.#at++;
    for (;;) {
      this.#skip(PLAIN_CHARACTERS);
      const next = this.#text[this.#at];
      if (next === '"') {
        this.#at++;
        return undefined;
      }
      if (next === undefined) return { at: from, reason: 'a text begins here and does not end' };
      if (next !== '\\') {
        return this.#fault('a control character stands in a text: write it as an escape, such as \\n');
      }
      if (!this.#skip(ESCAPE)) return this.#fault('no such escape: write a backslash as \\\\');
    }
  }

  /** Describes the unexpected text here: a known mistake if it is one. */
  #unexpected(expected: string): JsonFault {
    const text = this.#text;
    const rest = text.slice(this.#at, this.#at + LOOKED_AT);
    if (this.#commaAt >= 0 && /^[\]}]/.test(rest) && text.slice(this.#commaAt + 1, this.#at).trim() === '') {
      return {
        at: this.#commaAt,
        reason: 'a comma stands before the end of an array or object: remove it',
      };
    }
    const known = MISTAKES.find(([pattern]) => pattern.test(rest));
    return this.#fault(known ? known[1] : `expected ${expected}`);
  }

  #fault(reason: string): JsonFault {
    return { at: this.#at, reason };
  }

  /** Skips the match of a sticky pattern here. @returns whether it matched any text */
  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const length = pattern.exec(this.#text)?.[0].length ?? 0;
    this.#at += length;
    return length > 0;
  }
}

/** Long enough for every pattern below. */
const LOOKED_AT = 32;

/** Common mistakes of people and programs, by how they begin. */
const MISTAKES: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^[+-]?nan\b/i, 'NaN is no JSON: send null for a gap'],
  [/^[+-]?inf(?:inity)?\b/i, 'Infinity is no JSON: send null for a gap, or a finite number'],
  [/^(?:none|undefined|nil|na|null)\b/i, 'expected a value: a gap is written null, in lower case'],
  [/^(?:true|false)\b/i, 'true and false are written in lower case'],
  [/^[+-]?0[xob]/i, 'numbers are decimal: no 0x, 0o or 0b'],
  [/^[+-]?0\d/, 'a number begins with 0: write it without leading zeros, or as a text if it is none'],
  [/^\+/, 'a number has no plus sign'],
  [/^-?\./, 'a number begins with a point: write 0 before it'],
  [/^-?\d+\.(?!\d)/, 'a number ends in a point: write a digit after it, or leave the point out'],
  [/^-?\d[\d.]*_/, 'a number holds an underscore'],
  [/^['\u2018\u2019\u201c\u201d`]/, 'texts and names stand in double quotes (")'],
  [/^(?:\/[/*]|#)/, 'JSON has no comments'],
  [/^;/, 'parts of JSON are separated by commas'],
  [/^\0/, 'a NUL character: is the body UTF-16? Send it in UTF-8'],
];

/**
 * The 1-based line and column of an offset. Lines end at LF, CR or CRLF. Columns count code points.
 */
export function placeOf(text: string, at: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let lineStart = 0;
  for (const { index, 0: end } of text.slice(0, at).matchAll(/\r\n|\n|\r/g)) {
    line++;
    lineStart = index + end.length;
  }
  let column = 1;
  for (const _ of text.slice(lineStart, at)) column++;
  return { line, column };
}
