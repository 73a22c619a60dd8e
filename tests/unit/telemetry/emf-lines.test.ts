import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { byCodeUnits } from '../../../lib/code-units.ts';
import { parseEmf } from '../../../lib/local/cloudwatch/emf.ts';
import { EmfWriter, type EmittedMetric } from '../../../lib/telemetry/emf-lines.ts';
import { CLASS_CODES, METRICS, type MetricKey } from '../../../lib/telemetry/metric-names.ts';

/** The values that CloudWatch reads from lines: `name{dimensions} values`, sorted. */
function readBack(lines: string): string[] {
  return lines
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      const read = parseEmf(line, Date.now());
      if (read.kind !== 'metrics') throw new Error(`no metrics: ${JSON.stringify(read)} of ${line}`);
      return read.contributions.flatMap(({ series, unit, distribution }) =>
        [...distribution.values!].flatMap(([value, count]) =>
          Array.from(
            { length: count },
            () => `${series.name} ${unit} ${JSON.stringify(Object.fromEntries(series.dimensions))} ${value}`,
          ),
        ),
      );
    })
    .sort();
}

const UNITS = { Count: 'Count', Milliseconds: 'Milliseconds', Seconds: 'Seconds', NoUnit: 'None' } as const;

function expected(metrics: readonly EmittedMetric[]): string[] {
  return metrics
    .map(({ key, dimensions, value }) => {
      const sorted = Object.entries({ service: 'classifier', ...dimensions }).sort(([a], [b]) =>
        byCodeUnits(a, b),
      );
      const { name, unit } = METRICS[key];
      return `${name} ${UNITS[unit]} ${JSON.stringify(Object.fromEntries(sorted))} ${value}`;
    })
    .sort();
}

/** The text written to standard output. */
function linesOf(metrics: readonly EmittedMetric[], writer = new EmfWriter(), text = ''): string {
  let lines = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    lines += chunk;
    return true;
  });
  try {
    writer.write(metrics, text);
  } finally {
    write.mockRestore();
  }
  return lines;
}

describe('EmfWriter', () => {
  it('writes the metrics of a request in one line, each with its own dimensions', () => {
    const metrics: EmittedMetric[] = [
      { key: 'cacheHit', dimensions: {}, value: 1 },
      { key: 'predictions', dimensions: { model: 'm', class: '0' }, value: 1 },
      { key: 'predictionLatency', dimensions: { route: 'POST /predict' }, value: 0.5 },
      { key: 'requestCount', dimensions: { route: 'POST /predict', status: '2xx' }, value: 1 },
    ];
    const lines = linesOf(metrics);
    expect(lines.match(/\n/g)).toHaveLength(1);
    expect(readBack(lines)).toEqual(expected(metrics));
  });

  it('starts another line for another value of a dimension', () => {
    const of = (code: string): EmittedMetric => ({
      key: 'predictions',
      dimensions: { model: 'm', class: code },
      value: 2,
    });
    const lines = linesOf([of('0'), of('1'), of('0')]);
    expect(lines.match(/\n/g)).toHaveLength(2);
    expect(readBack(lines)).toEqual(expected([of('0'), of('0'), of('1')]));
  });

  it.each([99, 100, 101, 250])(
    'writes %i values of one metric beside another in lines of at most 100',
    (count) => {
      const metrics: EmittedMetric[] = [
        { key: 'confidence', dimensions: { model: 'm' }, value: 0.5 },
        ...Array.from({ length: count }, (_, value) => ({
          key: 'novelInstances' as const,
          dimensions: { model: 'm' },
          value,
        })),
      ];
      const lines = linesOf(metrics);
      // A line with more values than 100 cannot be read back.
      expect(readBack(lines)).toEqual(expected(metrics));
      expect(lines.match(/\n/g)).toHaveLength(Math.floor(count / 100) + Math.min(count % 100, 1));
    },
  );

  it('writes the same after it met more dimensions than it caches', () => {
    const writer = new EmfWriter();
    for (let turn = 0; turn < 2; turn++) {
      for (let model = 0; model < 450; model++) {
        const metrics: EmittedMetric[] = [
          { key: 'confidence', dimensions: { model: `m${model}` }, value: 0.25 },
          { key: 'novelInstances', dimensions: { model: `m${model}` }, value: model },
        ];
        expect(readBack(linesOf(metrics, writer))).toEqual(expected(metrics));
      }
    }
  });

  it('writes lines of another kind after the metrics, or alone', () => {
    const metrics: EmittedMetric[] = [{ key: 'cacheHit', dimensions: {}, value: 1 }];
    expect(linesOf(metrics, new EmfWriter(), 'a line\n')).toMatch(/^\{.*\}\na line\n$/);
    expect(linesOf([], new EmfWriter(), 'a line\n')).toBe('a line\n');
  });

  it('neither loses nor mixes up values, for any metrics in any order', () => {
    const text = fc.oneof(
      fc.constantFrom('a', 'b', '__proto__', '"\\\n\u2028é'),
      fc.string({ minLength: 1 }),
    );
    const metric = fc
      .record({
        key: fc.constantFrom(...(Object.keys(METRICS) as MetricKey[])),
        value: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(0, 1, 0.977, 1e21, 2 ** 40 + 0.25)),
        texts: fc.array(
          text.filter((each) => each.trim() !== ''),
          { minLength: 2, maxLength: 2 },
        ),
      })
      .map(({ key, value, texts }) => ({
        key,
        value,
        dimensions: Object.fromEntries(METRICS[key].dimensions.map((name, i) => [name, texts[i]!])),
      }));
    const writer = new EmfWriter();
    fc.assert(
      fc.property(fc.array(metric, { minLength: 1, maxLength: 40 }), (metrics) => {
        expect(readBack(linesOf(metrics, writer))).toEqual(expected(metrics));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps requests apart that differ in one dimension, for any number and order', () => {
    const request = (code: string, model: string, values: readonly number[]): EmittedMetric[] => [
      { key: 'cacheHit', dimensions: {}, value: values[0]! },
      { key: 'predictions', dimensions: { model, class: code }, value: values[1]! },
      { key: 'confidence', dimensions: { model }, value: values[2]! },
      { key: 'predictionLatency', dimensions: { route: 'POST /predict' }, value: values[3]! },
    ];
    const writer = new EmfWriter();
    const valueSets = [
      [1, 1, 0.977, 0.012],
      [0, 1, 0.977, 0.012],
      [1, 3, 0.5, 0.0000012345678901234567],
      [1, 1, 1, 0],
    ];
    for (let turn = 0; turn < 3; turn++) {
      for (const code of CLASS_CODES) {
        for (const model of ['default', 'm\u00fcnchen "\u2028', 'm'.repeat(1024)]) {
          for (const values of valueSets) {
            const metrics = request(code, model, values);
            expect(readBack(linesOf(metrics, writer))).toEqual(expected(metrics));
          }
        }
      }
    }
  });
});
