/** One fact of two versions. */
export interface Difference {
  /** The path of the fact: `rows.accepted`. */
  readonly name: string;
  readonly a: unknown;
  readonly b: unknown;
  readonly isSame: boolean;
}

type Facts = Readonly<Record<string, unknown>>;

/** The facts of both, by path; lists and texts are compared as a whole. */
export function differences(a: Facts, b: Facts, prefix = ''): Difference[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.flatMap((key): Difference[] => {
    const [before, after] = [own(a, key), own(b, key)];
    const name = `${prefix}${key}`;
    if (isFacts(before) && isFacts(after)) return differences(before, after, `${name}.`);
    return [{ name, a: before, b: after, isSame: JSON.stringify(before) === JSON.stringify(after) }];
  });
}

/** A column may be called `__proto__`. */
const own = (facts: Facts, key: string) => (Object.hasOwn(facts, key) ? facts[key] : undefined);

const isFacts = (value: unknown): value is Facts =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
