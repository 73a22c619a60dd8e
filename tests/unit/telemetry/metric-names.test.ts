import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RejectionCode } from '../../../lib/dataset/rows/rejects-writer.ts';
import {
  FUNCTIONS,
  METRICS,
  type MetricKey,
  REFUSAL_CODES,
  REJECTION_REASONS,
  TRAINING_PHASES,
} from '../../../lib/telemetry/metric-names.ts';
import type { TrainingPhase } from '../../../lib/training/train-model.ts';

const ROOT = new URL('../../../', import.meta.url);

function sources(...folders: string[]): { file: string; text: string }[] {
  return folders.flatMap((folder) =>
    readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => ({
        file: `${folder}${file}`,
        text: readFileSync(new URL(`${folder}${file}`, ROOT), 'utf8'),
      })),
  );
}

const production = sources('functions/', 'lib/').filter(({ file }) => !file.startsWith('lib/local/'));
const keys = Object.keys(METRICS) as MetricKey[];

/** Keys of metrics by the calls that emit them: `emit('key', ...)`, and entries that are written as they are. */
const emitted = production.flatMap(({ file, text }) =>
  [...text.matchAll(/\bemit\(\s*'(\w+)'|\{ key: '(\w+)', dimensions/g)].map((match) => ({
    file,
    key: match[1] ?? match[2]!,
  })),
);

describe('the metrics of this system', () => {
  it('are all that code emits', () => {
    expect(emitted.length).toBeGreaterThan(15);
    expect(emitted.filter(({ key }) => !keys.includes(key as MetricKey))).toEqual([]);
  });

  it('are all emitted by some function', () => {
    expect(keys.filter((key) => !emitted.some((each) => each.key === key))).toEqual([]);
  });

  it('are emitted by way of the names module only', () => {
    const others = production.filter(
      ({ file, text }) =>
        file !== 'lib/telemetry/emf-lines.ts' && /addMetric\(|"?CloudWatchMetrics"?:/.test(text),
    );
    expect(others.map(({ file }) => file)).toEqual([]);
  });

  it('have names of their own', () => {
    const names = keys.map((key) => METRICS[key].name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are counted for every function that there is', () => {
    const folders = readdirSync(new URL('functions/', ROOT));
    expect(folders.filter((name) => !FUNCTIONS.some((known) => known === name))).toEqual([]);
  });
});

describe('the values of dimensions', () => {
  it('are every code that a row can be rejected with', () => {
    const all: Readonly<Record<RejectionCode, true>> = {
      number: true,
      range: true,
      category: true,
      label: true,
      width: true,
      field_size: true,
      row_size: true,
    };
    expect(REJECTION_REASONS.toSorted()).toEqual(Object.keys(all).toSorted());
  });

  it('are every code that a file can be refused with', () => {
    const codes = new Set(
      sources('functions/ingest/', 'lib/dataset/', 'lib/')
        .flatMap(({ text }) => [...text.matchAll(/(?:RefusedFileError|refuse\w*)\(\s*'(\w+)'/g)])
        .map(([, code]) => code!),
    );
    expect([...codes].filter((code) => !REFUSAL_CODES.some((known) => known === code))).toEqual([]);
    expect(codes.size).toBeGreaterThan(10);
  });

  it('are every phase of a training', () => {
    const all: Readonly<Record<TrainingPhase, true>> = {
      select: true,
      evaluate: true,
      fit: true,
      check: true,
      write: true,
    };
    const known: readonly string[] = TRAINING_PHASES;
    expect(Object.keys(all).filter((phase) => !known.includes(phase))).toEqual([]);
  });
});
