import { afterEach, describe, expect, it } from 'vitest';
import { residentBytes } from '../../../../lib/local/lambda/resident-memory.ts';

describe('residentBytes', () => {
  const { platform } = process;
  afterEach(() => {
    Object.defineProperty(process, 'platform', { value: platform });
  });

  it.each(['linux', 'darwin'])('measures the way of %s, and leaves out what has ended', async (name) => {
    // The way of Linux needs /proc; the way of all others works wherever there is ps.
    if (platform !== 'linux' && name === 'linux') return;
    Object.defineProperty(process, 'platform', { value: name });
    const bytes = await residentBytes([process.pid, 2 ** 22 + 1]);
    expect([...bytes.keys()]).toEqual([process.pid]);
    const ratio = (bytes.get(process.pid) ?? 0) / process.memoryUsage.rss();
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.4);
  });
});
