import { describe, expect, it } from 'vitest';
import { isOlder } from '../../../lib/registry/source-order.ts';

const at = (key: string, uploaded_at = '2026-11-30T00:00:00.000Z', sequencer: string | null = null) => ({
  key,
  uploaded_at,
  sequencer,
});

describe('the order of uploads', () => {
  it('is that of their times, then of their keys in code-unit order, whichever is looked at first', () => {
    const keys = ['m/A.csv', 'm/a.csv', 'm/b.csv', 'm/b/_COMPLETE'];
    for (const [i, key] of keys.entries())
      for (const [j, other] of keys.entries()) expect(isOlder(at(key), at(other))).toBe(i < j);
    expect(isOlder(at('m/z.csv'), at('m/a.csv', '2026-11-30T00:00:01.000Z'))).toBe(true);
    expect(isOlder(at('m/a.csv', '2026-11-30T00:00:01.000Z'), at('m/z.csv'))).toBe(false);
  });

  it('is that of their sequencers for one key', () => {
    expect(isOlder(at('m/a.csv', '2026-11-30T00:00:09.000Z', '01'), at('m/a.csv', undefined, '02'))).toBe(
      true,
    );
  });
});
