import { describe, expect, it } from 'vitest';
import { FaultList, HttpError, MAX_FAULTS, MAX_PROBLEM_BYTES, problemOf } from '../../../lib/http/problem.ts';

const bodyOf = (message: string, faults: { path: string; message: string }[]) =>
  JSON.stringify(problemOf(new HttpError(400, 'invalid_request', message, { faults }), 'request-1').problem);

describe('problemOf', () => {
  it.each([
    ['letters', 'x'],
    ['characters of three bytes', '\u6f22'],
    ['control characters, which JSON escapes', '\u0001'],
    ['halves of surrogate pairs', '\ud800'],
  ])('is at most 16 KB and names a fault, whatever the texts are: %s', (_, character) => {
    const text = character.repeat(100_000);
    const body = bodyOf(text, Array(5000).fill({ path: text, message: text }));
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_PROBLEM_BYTES);
    const { detail, errors } = JSON.parse(body);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length).toBeLessThanOrEqual(MAX_FAULTS);
    for (const cut of [detail, errors[0].path, errors[0].message]) expect(cut).toMatch(/…$/);
  });

  it.each(['x', '\u6f22', '\u0001'])(
    'cuts the texts of members, and leaves out members that do not fit: %j',
    (character) => {
      const text = character.repeat(100_000);
      const bodyWith = (members: Record<string, unknown>) =>
        JSON.stringify(
          problemOf(
            new HttpError(409, 'conflict', text, { members, faults: [{ path: text, message: text }] }),
            'request-1',
          ).problem,
        );
      for (const members of [{ current: { reason: text } }, { current: Array(500).fill(text) }]) {
        const body = bodyWith(members);
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_PROBLEM_BYTES);
        expect(JSON.parse(body)).toMatchObject({ status: 409, code: 'conflict' });
      }
      expect(JSON.parse(bodyWith({ current: Array(500).fill(text) }))).not.toHaveProperty('current');
      const { current } = JSON.parse(bodyWith({ current: { decision: 7, reason: text, to: null } }));
      expect(current).toEqual({ decision: 7, reason: expect.stringMatching(/…$/), to: null });
    },
  );

  it('names 20 faults of usual length as they are', () => {
    const faults = Array.from({ length: 30 }, (_, i) => ({ path: `features[${i}]`, message: 'missing' }));
    const { detail, errors } = JSON.parse(bodyOf('features[0]: missing', faults));
    expect(detail).toBe('features[0]: missing');
    expect(errors).toEqual(faults.slice(0, 20));
  });
});

describe('FaultList', () => {
  it('takes 20 faults and no more, and says when it is full', () => {
    const list = new FaultList();
    const full = Array.from({ length: 25 }, (_, i) => {
      list.add(`features[${i}]`, 'missing');
      return list.isFull;
    });
    expect(full).toEqual(full.map((_, i) => i >= MAX_FAULTS - 1));
    expect(list.faults.map(({ path }) => path)).toEqual(
      Array.from({ length: MAX_FAULTS }, (_, i) => `features[${i}]`),
    );
  });
});
