import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instanceId, predictionId, readPredictionId } from '../../../lib/drift/prediction-id.ts';
import { readPredictionRecord } from '../../../lib/drift/prediction-record.ts';

const RANDOM = '0123456789abcdef0123';
const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe('the id of a prediction', () => {
  it('contains the time and whether it was logged, alone and as an instance of a batch', () => {
    fc.assert(
      fc.property(time, fc.boolean(), fc.integer({ min: 0, max: 9999 }), (timeMs, isLogged, index) => {
        const id = predictionId(timeMs, RANDOM, isLogged);
        expect(readPredictionId(id)).toEqual({ timeMs, isLogged });
        expect(readPredictionId(instanceId(id, index))).toEqual({ timeMs, isLogged });
      }),
    );
  });

  it('sorts by time', () => {
    fc.assert(
      fc.property(time, time, (a, b) => {
        const [first, second] = [a, b].map((timeMs) => predictionId(timeMs, RANDOM, true)) as [
          string,
          string,
        ];
        expect(Math.sign(a - b)).toBe(first < second ? -1 : first > second ? 1 : 0);
      }),
    );
  });

  it.each([
    '',
    '0'.repeat(31),
    '0'.repeat(33),
    `${'0'.repeat(32)}.01`,
    `${'0'.repeat(32)}.10000`,
    `${'0'.repeat(32)}.`,
    `${'0'.repeat(32)}\n`,
    'A'.repeat(32),
    `${'0'.repeat(32)}-unlogged.x`,
  ])('is not %j', (text) => {
    expect(readPredictionId(text)).toBeUndefined();
  });
});

describe('readPredictionRecord', () => {
  const record = {
    prediction_log: 1,
    prediction_id: predictionId(5, RANDOM, true),
    time: '2026-11-24T20:05:00.000Z',
    model: 'iris',
    version: 1,
    prediction: '__proto__',
    confidence: 0.5,
  };

  it('reads a logged record, without members of a later release', () => {
    expect(readPredictionRecord(JSON.stringify({ ...record, later: 1 }))).toEqual(record);
  });

  it.each([
    ['a line that was cut', JSON.stringify(record).slice(0, -5)],
    ['a line of another kind that quotes one', JSON.stringify({ message: JSON.stringify(record) })],
    ['a model that would lead out of its folder', JSON.stringify({ ...record, model: '../x' })],
    ['an id that is none', JSON.stringify({ ...record, prediction_id: 'x' })],
    ['a confidence that is none', JSON.stringify({ ...record, confidence: 2 })],
  ])('gives nothing for %s', (_, line) => {
    expect(readPredictionRecord(line)).toBeUndefined();
  });
});
