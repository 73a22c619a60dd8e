/** The samples of a Prometheus exposition by series, and the series that must never fall. */
export interface Exposition {
  readonly values: ReadonlyMap<string, number>;
  readonly counting: ReadonlySet<string>;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)((?:\{.*\})?) (\S+)$/;

/** @throws Error for a line that is not a sample */
export function parseExposition(text: string): Exposition {
  const values = new Map<string, number>();
  const counting = new Set<string>();
  const types = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, family, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (family !== undefined) types.set(family, type!);
    if (line === '' || line.startsWith('#')) continue;
    const [, name, labels, value] = SAMPLE.exec(line) ?? [];
    if (name === undefined) throw new Error(`no sample: ${line}`);
    const series = `${name}${labels}`;
    values.set(series, value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value));
    const kind = types.get(name) ?? types.get(name.replace(/_(bucket|sum|count|total)$/, ''));
    if (kind !== 'gauge') counting.add(series);
  }
  return { values, counting };
}

/** Series that must not fall but fell or disappeared between two scrapes. */
export function fallenSeries(before: Exposition, after: Exposition): string[] {
  return [...before.counting]
    .filter(
      (series) => !((after.values.get(series) ?? Number.NEGATIVE_INFINITY) >= before.values.get(series)!),
    )
    .map((series) => `${series}: ${before.values.get(series)}, then ${after.values.get(series)}`);
}
