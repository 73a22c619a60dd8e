import { describe, expect, it } from 'vitest';
import { cacheLimitBytes } from '../../lib/cache-limit.ts';

const MB = 1024 ** 2;

describe('cacheLimitBytes', () => {
  it("is a share of the function's memory unless it is set", () => {
    expect(cacheLimitBytes(undefined, 1769)).toBe(1149 * MB);
    expect(cacheLimitBytes(200, 1769)).toBe(200 * MB);
    expect(cacheLimitBytes(undefined, undefined)).toBe(83 * MB);
  });
});
