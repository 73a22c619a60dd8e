import { describe, expect, it } from 'vitest';
import { readDeadLetter } from '../../../../functions/metrics/read-dead-letter.ts';

const SHA = 'a'.repeat(64);
const eventOf = (bucket: string, key: string) => ({
  Records: [{ s3: { bucket: { name: bucket }, object: { key } } }],
});
const letterOf = (requestPayload: unknown, responsePayload: unknown = { errorMessage: 'boom' }) =>
  JSON.stringify({
    version: '1.0',
    timestamp: '2026-11-30T03:00:00.000Z',
    requestContext: { requestId: 'r-1', approximateInvokeCount: 3, condition: 'RetriesExhausted' },
    requestPayload,
    responsePayload,
  });

describe('readDeadLetter', () => {
  it('says which file ingestion failed on, why, and to upload it again', () => {
    const body = letterOf(eventOf('raw', 'flowers/a+b%2Bc.csv'), {
      errorType: 'TypeError',
      errorMessage: 'no\nsuch thing',
    });
    expect(readDeadLetter('ingest', body, 0)).toEqual({
      function: 'ingest',
      request_id: 'r-1',
      failed_at: '2026-11-30T03:00:00.000Z',
      attempts: 3,
      error: 'TypeError: no such thing',
      object: { bucket: 'raw', key: 'flowers/a b+c.csv' },
      model: 'flowers',
      again: expect.stringContaining('upload the file again'),
    });
  });

  it('finds the model of a file at the root, and of a manifest', () => {
    expect(readDeadLetter('ingest', letterOf(eventOf('raw', 'iris.csv')), 0).model).toBe('default');
    const manifest = letterOf(eventOf('processed', `wine/${SHA}/manifest.json`));
    expect(readDeadLetter('train', manifest, 0).model).toBe('wine');
  });

  it('shows a key that nobody can decode, or that belongs to no model, as it stands', () => {
    const broken = readDeadLetter('ingest', letterOf(eventOf('raw', 'wine/%ZZ.csv')), 0);
    expect(broken.object?.key).toBe('wine/%ZZ.csv');
    const deep = readDeadLetter('ingest', letterOf(eventOf('raw', 'a/b/c/d.csv')), 0);
    expect([deep.object?.key, deep.model]).toEqual(['a/b/c/d.csv', null]);
  });

  it('reads what a bucket sent into the queue of the function, of which nothing says why it failed', () => {
    const body = JSON.stringify(eventOf('raw', 'flowers/a+b.csv'));
    expect(readDeadLetter('ingest', body, Date.UTC(2026, 0, 1))).toEqual({
      function: 'ingest',
      request_id: 'unknown',
      failed_at: '2026-01-01T00:00:00.000Z',
      attempts: null,
      error: expect.stringContaining('its log'),
      object: { bucket: 'raw', key: 'flowers/a b.csv' },
      model: 'flowers',
      again: expect.stringContaining('upload the file again'),
    });
  });

  it('says that a run by the clock comes again by itself', () => {
    const { object, again } = readDeadLetter('monitor', letterOf({}), 0);
    expect(object).toBeNull();
    expect(again).toMatch(/runs again at its next time/);
  });

  it('bounds what a fault says, whatever it is', () => {
    const long = { errorMessage: '\u202e'.repeat(10_000) };
    expect([...readDeadLetter('ingest', letterOf({}, long), 0).error].length).toBeLessThanOrEqual(500);
    expect(readDeadLetter('ingest', letterOf({}, null), 0).error).toBe('null');
    expect(readDeadLetter('ingest', letterOf({}, ['a']), 0).error).toBe('["a"]');
  });

  it.each(['', 'no JSON', '{}', '[]', 'null', '{"timestamp":"yesterday"}'])(
    'shows %j, which is no record of Lambda, as it stands',
    (body) => {
      expect(readDeadLetter('train', body, Date.UTC(2026, 0, 1))).toMatchObject({
        request_id: 'unknown',
        failed_at: '2026-01-01T00:00:00.000Z',
        error: `no record of Lambda's: ${body}`,
      });
    },
  );
});
