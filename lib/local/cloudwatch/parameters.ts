import type { Faults } from './faults.ts';
import { createSeries, type Series } from './series.ts';
import type { ServiceErrorCode } from './service-error.ts';

/** An unchecked JSON object of a request. */
export type Input = Readonly<Record<string, unknown>>;

/**
 * CloudWatch accepts values between minus this number and this number. Source: MetricDatum in its API
 * reference.
 */
const VALUE_LIMIT = 2 ** 360;
const ASCII = /^[\x20-\x7e]*$/;

export function isInput(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads parameters of one request and collects their faults under one error code. */
export class Parameters {
  readonly #faults: Faults;
  readonly #code: ServiceErrorCode;
  readonly #missing: ServiceErrorCode;

  constructor(faults: Faults, code: ServiceErrorCode, missing: ServiceErrorCode = code) {
    this.#faults = faults;
    this.#code = code;
    this.#missing = missing;
  }

  invalid(message: string): undefined {
    this.#faults.add(this.#code, message);
    return undefined;
  }

  required(path: string): undefined {
    this.#faults.add(this.#missing, `The parameter ${path} is required.`);
    return undefined;
  }

  /** A text of 1 to `maxLength` printable ASCII characters; undefined when it is absent or invalid. */
  text(value: unknown, path: string, maxLength: number): string | undefined {
    if (value === undefined || value === null || value === '') return this.required(path);
    if (typeof value !== 'string') return this.invalid(`The parameter ${path} must be a string.`);
    if (value.length > maxLength)
      return this.invalid(`The parameter ${path} must be shorter than ${maxLength + 1} characters.`);
    if (!ASCII.test(value))
      return this.invalid(`The parameter ${path} contains non-ASCII or control characters.`);
    return value;
  }

  /** A text that does not begin with a colon: a namespace or the name of a dimension. */
  name(value: unknown, path: string): string | undefined {
    const text = this.text(value, path, 255);
    if (text?.startsWith(':'))
      return this.invalid(`The value ${text} for parameter ${path} is invalid: it starts with a colon.`);
    return text;
  }

  number(value: unknown, path: string): number | undefined {
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    return this.invalid(`The value ${describe(value)} for parameter ${path} is invalid.`);
  }

  /** A finite number within CloudWatch's range, NaN and infinities excluded. */
  measurement(value: unknown, path: string): number | undefined {
    const number = this.number(value, path);
    if (number === undefined || Math.abs(number) <= VALUE_LIMIT) return number;
    return this.invalid(
      `The value ${number} for parameter ${path} is invalid: it must be within -2^360 and 2^360.`,
    );
  }

  /** A list of at most `maxItems`. An absent list is empty. */
  list(value: unknown, path: string, maxItems: number): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) this.invalid(`The parameter ${path} must be a list.`);
    else if (value.length <= maxItems) return value;
    else this.invalid(`The collection ${path} must not have a size greater than ${maxItems}.`);
    return [];
  }

  /**
   * A list of objects. An item that is not an object is a fault and is returned as an empty object, to keep
   * the positions right.
   */
  objects(value: unknown, path: string, maxItems: number): readonly Input[] {
    return this.list(value, path, maxItems).map((item, i) => {
      if (isInput(item)) return item;
      this.invalid(`The parameter ${path}.member.${i + 1} must be a structure.`);
      return {};
    });
  }

  /** Seconds since 1970 (as AWS JSON sends timestamps), in milliseconds. */
  timestampMs(value: unknown, path: string): number | undefined {
    if (value === undefined || value === null) return this.required(path);
    const seconds = this.number(value, path);
    return seconds === undefined ? undefined : Math.round(seconds * 1000);
  }

  /** Reports an absent or empty list as missing. */
  notEmpty(value: unknown, path: string): void {
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0))
      this.required(path);
  }

  dimensions(value: unknown, path: string): [name: string, value: string][] {
    const pairs = this.objects(value, path, 30).map((item, i): [string, string] => {
      const at = `${path}.member.${i + 1}`;
      const name = this.name(item.Name, `${at}.Name`) ?? '';
      const text = this.text(item.Value, `${at}.Value`, 1024) ?? '';
      if (text !== '' && text.trim() === '')
        this.invalid(`The parameter ${at}.Value must contain a non-whitespace character.`);
      return [name, text];
    });
    if (new Set(pairs.map(([name]) => name)).size < pairs.length)
      this.invalid(`The parameter ${path} repeats a name.`);
    return pairs;
  }

  /** The metric of a query: Namespace, MetricName and Dimensions. */
  series(input: Input, path: string): Series {
    const namespace = this.name(input.Namespace, `${path}Namespace`) ?? '';
    const name = this.text(input.MetricName, `${path}MetricName`, 255) ?? '';
    return createSeries(namespace, name, this.dimensions(input.Dimensions, `${path}Dimensions`));
  }
}

function describe(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 100) : String(JSON.stringify(value)).slice(0, 100);
}
