import { findJsonFault, placeOf } from './json-fault.ts';

/** Maximum nesting of arrays and objects. The deepest valid body of the API has four levels. */
export const MAX_JSON_DEPTH = 32;

/**
 * A text of this length can be parsed however deep it is. JSON.parse remembers each open level, which takes
 * some 50 bytes for one byte of text.
 */
const SHORT_TEXT = 64 * 1024;

/** Maximum length of a client's names in an error, in UTF-16 code units. */
const SHOWN_NAME = 64;
const SHOWN_PATH = 200;

/** Up to this many names, searching a list is faster than making a set. */
const FEW_NAMES = 8;

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const SMALL_E = 0x65;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export type StrictJsonCode =
  | 'json'
  | 'json_duplicate'
  | 'json_name'
  | 'json_depth'
  | 'json_number'
  | 'json_surrogate';

/** A text is not JSON as it is read strictly. The message says why, for people, and quotes nothing of it. */
export class StrictJsonError extends Error {
  readonly code: StrictJsonCode;
  /** Path of the value at fault; empty for the whole, and for `json`. */
  readonly path: string;
  /** Where the text stops being JSON, for `json`, unless the whole is at fault. */
  readonly place: { readonly line: number; readonly column: number } | undefined;

  constructor(
    code: StrictJsonCode,
    message: string,
    at: Partial<Pick<StrictJsonError, 'path' | 'place'>> = {},
  ) {
    super(message);
    this.code = code;
    this.path = at.path ?? '';
    this.place = at.place;
  }
}

/**
 * Parses JSON strictly. It refuses what RFC 8259 leaves to the receiver and I-JSON (RFC 7493) forbids,
 * because two readers may understand it differently: a repeated name in an object, a number that no double
 * holds, and an escaped surrogate without its other half. It also refuses the name `__proto__` and more than
 * MAX_JSON_DEPTH levels. JSON.parse decides the grammar. One pass over the text finds the rest, in linear
 * time and without recursion.
 *
 * @param areNumbersExact refuses a whole number that no double holds exactly, which bounds need not be
 * @throws StrictJsonError. All codes but `json` have the path, which is empty for a text that is both long
 * and deep.
 */
export function readStrictJson(text: string, { areNumbersExact = true } = {}): unknown {
  if (text.length > SHORT_TEXT && isTooDeep(text)) throw tooDeep('');
  const value = parseJson(text);
  new JsonScan(text, areNumbersExact).run();
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw faultOf(text);
  }
}

/** Says where and why a text is not JSON. Unlike the parser's own message, it quotes nothing of the text. */
function faultOf(text: string): StrictJsonError {
  if (text.startsWith('\ufeff'))
    return new StrictJsonError('json', 'it begins with a byte order mark: leave that out');
  // ASCII text in UTF-16 without a byte order mark is valid UTF-8, but has a NUL beside each character.
  if (text.slice(0, 2).includes('\0'))
    return new StrictJsonError('json', 'it looks like UTF-16: write it in UTF-8');
  const fault = findJsonFault(text);
  if (!fault) throw new Error('JSON.parse refuses a text in which no fault is found');
  return new StrictJsonError('json', fault.reason, { place: placeOf(text, fault.at) });
}

/** Whether brackets outside of strings nest too deep, in a text that need not be JSON. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) depth--;
    else if ((code === OPEN_OBJECT || code === OPEN_ARRAY) && ++depth > MAX_JSON_DEPTH) return true;
  }
  return false;
}

/** Where the closing quote of a string is, or the end of the text. */
function endOfString(text: string, from: number): number {
  let at = from;
  for (; at < text.length && text.charCodeAt(at) !== QUOTE; at++) if (text.charCodeAt(at) === BACKSLASH) at++;
  return at;
}

const tooDeep = (path: string) =>
  new StrictJsonError('json_depth', `expected at most ${MAX_JSON_DEPTH} levels of arrays and objects`, {
    path,
  });

/** An array or object that the scan has entered and not yet left. */
interface Level {
  readonly isArray: boolean;
  /** In an array: index of the current element. */
  index: number;
  /** In an object: the current name, and all names so far. */
  name: string;
  readonly names: string[];
  manyNames: Set<string> | undefined;
}

/**
 * One pass over valid JSON. Because the text is valid, a quote always begins a string, and a minus or a digit
 * always begins a number.
 */
class JsonScan {
  readonly #text: string;
  readonly #areNumbersExact: boolean;
  readonly #levels: Level[] = [];
  #level: Level | undefined;
  #nameIsNext = false;

  constructor(text: string, areNumbersExact: boolean) {
    this.#text = text;
    this.#areNumbersExact = areNumbersExact;
  }

  run(): void {
    const text = this.#text;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) at = this.#string(at + 1);
      else if (code === COMMA) this.#next();
      else if (code === OPEN_OBJECT || code === OPEN_ARRAY) this.#open(code === OPEN_ARRAY);
      else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) this.#close();
      else if (isDigit(code) || code === MINUS) at = this.#number(at);
    }
  }

  #open(isArray: boolean): void {
    if (this.#levels.length === MAX_JSON_DEPTH) throw tooDeep(this.#path());
    this.#level = { isArray, index: 0, name: '', names: [], manyNames: undefined };
    this.#levels.push(this.#level);
    this.#nameIsNext = !isArray;
  }

  #close(): void {
    this.#levels.pop();
    this.#level = this.#levels.at(-1);
    this.#nameIsNext = false;
  }

  #next(): void {
    const level = this.#level!;
    if (level.isArray) level.index++;
    else this.#nameIsNext = true;
  }

  /** Reads a string whose first character is at `from`. @returns where its closing quote is */
  #string(from: number): number {
    const text = this.#text;
    let escaped = false;
    let at = from;
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) {
      if (code === BACKSLASH) {
        escaped = true;
        at++;
      }
      at++;
    }
    if (this.#nameIsNext || escaped) this.#check(text.slice(from, at), escaped);
    return at;
  }

  #check(raw: string, escaped: boolean): void {
    const content = escaped ? (JSON.parse(`"${raw}"`) as string) : raw;
    if (this.#nameIsNext) this.#name(content);
    // UTF-8 cannot encode half a surrogate pair, so only an escape can contain one.
    if (escaped && !content.isWellFormed()) {
      throw this.#refusal('json_surrogate', 'expected Unicode text, got half of a surrogate pair');
    }
  }

  #name(name: string): void {
    const level = this.#level!;
    level.name = name;
    this.#nameIsNext = false;
    if (name === '__proto__') throw this.#refusal('json_name', 'this name is not accepted');
    if (has(level, name)) throw this.#refusal('json_duplicate', 'this name stands twice in its object');
    add(level, name);
  }

  /** Reads a number that begins at `from`. @returns where its last character is */
  #number(from: number): number {
    const text = this.#text;
    let to = from + 1;
    while (isNumberPart(text.charCodeAt(to))) to++;
    // A double holds every number of up to 15 digits without an exponent: most numbers need no check.
    if (to - from > 15 || hasExponent(text, from, to)) this.#checkNumber(text.slice(from, to));
    return to - 1;
  }

  #checkNumber(digits: string): void {
    const value = Number(digits);
    if (!Number.isFinite(value)) throw this.#refusal('json_number', 'the number is too large for a double');
    if (value === 0 && /^-?[0.]*[1-9]/.test(digits)) {
      throw this.#refusal('json_number', 'the number is too small for a double, and would become 0');
    }
    if (this.#areNumbersExact && /^-?\d+$/.test(digits) && BigInt(value) !== BigInt(digits)) {
      throw this.#refusal('json_number', 'a double does not hold this whole number exactly');
    }
  }

  #refusal(code: StrictJsonCode, message: string): StrictJsonError {
    return new StrictJsonError(code, message, { path: this.#path() });
  }

  #path(): string {
    let path = '';
    for (const { isArray, index, name } of this.#levels) {
      path += isArray ? `[${index}]` : `${path === '' ? '' : '.'}${name.slice(0, SHOWN_NAME)}`;
    }
    return (path.length > SHOWN_PATH ? `${path.slice(0, SHOWN_PATH)}...` : path).toWellFormed();
  }
}

function has({ names, manyNames }: Level, name: string): boolean {
  return manyNames === undefined ? names.includes(name) : manyNames.has(name);
}

function add(level: Level, name: string): void {
  if (level.manyNames !== undefined) level.manyNames.add(name);
  else if (level.names.push(name) > FEW_NAMES) level.manyNames = new Set(level.names);
}

function isNumberPart(code: number): boolean {
  return isDigit(code) || code === POINT || isExponent(code) || code === MINUS || code === PLUS;
}

const isDigit = (code: number) => code >= DIGIT_0 && code <= DIGIT_9;

const isExponent = (code: number) => (code | 0x20) === SMALL_E;

function hasExponent(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (isExponent(text.charCodeAt(at))) return true;
  return false;
}
