import type { REMARK_HEADERS } from '../../lib/http/schemas/predict-api.ts';
import { encodedText } from './header-text.ts';
import { NOTHING_UNSEEN, type RowRemarks } from './row-remarks.ts';

type RemarkHeader = keyof typeof REMARK_HEADERS;

/** Maximum number of items in a header. The number of omitted items follows at its end. */
const MAX_ITEMS = 10;
const MAX_LENGTH = 1000;
/** Maximum length of an encoded name or value. */
const MAX_PART = 200;
/** The length of `, +` and a number of eight digits. */
const REST_LENGTH = 11;

/**
 * Collects the remarks on a request's rows and writes them into headers. Each remark is listed once, in a
 * batch with its number of rows.
 */
export class RequestRemarks {
  readonly #categories = new Map<string, Map<string, number>>();
  readonly #gaps = new Map<string, number>();
  readonly #ignored = new Map<string, number>();
  #isEmpty = true;

  readonly add = (row: RowRemarks): void => {
    if (row === NOTHING_UNSEEN) return;
    this.#isEmpty = false;
    for (const { feature, value } of row.categories) {
      const values = this.#categories.get(feature) ?? new Map<string, number>();
      this.#categories.set(feature, values);
      increment(values, value);
    }
    for (const name of row.gaps) increment(this.#gaps, name);
    for (const name of row.ignored) increment(this.#ignored, name);
  };

  /** @param hasCounts whether the number of its rows follows each item */
  addTo(headers: Record<string, unknown>, hasCounts: boolean): void {
    if (this.#isEmpty) return;
    const set = (name: RemarkHeader, items: Iterable<Item>) => {
      const text = headerOf(items, hasCounts);
      if (text !== '') headers[name] = text;
    };
    set('x-unseen-categories', this.#categoryItems());
    set('x-unseen-gaps', this.#gaps);
    set('x-ignored-columns', this.#ignored);
  }

  *#categoryItems(): Iterable<Item> {
    for (const [feature, values] of this.#categories)
      for (const [value, count] of values) yield [feature, count, value];
  }
}

/** A name with its number of rows and, for a category, its text. */
type Item = readonly [name: string, count: number, value?: string];

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function headerOf(items: Iterable<Item>, hasCounts: boolean): string {
  let text = '';
  let listed = 0;
  let rest = 0;
  for (const item of items) {
    if (rest > 0 || listed === MAX_ITEMS) {
      rest++;
      continue;
    }
    const longer = `${text}${listed === 0 ? '' : ', '}${itemText(item, hasCounts)}`;
    if (longer.length + REST_LENGTH > MAX_LENGTH) rest++;
    else {
      text = longer;
      listed++;
    }
  }
  return rest === 0 ? text : `${text}, +${rest}`;
}

function itemText([name, count, value]: Item, hasCounts: boolean): string {
  const named = encodedText(name, MAX_PART);
  const shown = value === undefined ? named : `${named}=${encodedText(value, MAX_PART)}`;
  return hasCounts ? `${shown};count=${count}` : shown;
}
