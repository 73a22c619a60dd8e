import { describe, expect, it } from 'vitest';
import { MAX_CONTRACT_BYTES, parseContract } from '../../lib/dataset/contract.ts';
import type { RefusedFileError } from '../../lib/errors.ts';

function refusal(contract: string | Uint8Array): RefusedFileError {
  try {
    parseContract(contract);
  } catch (error) {
    return error as RefusedFileError;
  }
  throw new Error('the contract was not refused');
}

const columns = (count: number) =>
  JSON.stringify({
    columns: Array.from({ length: count }, (_, i) => ({ name: `c${i}`, type: 'numeric' })),
  });

describe('the bounds of schema.json', () => {
  it.each([
    ['over 1 MiB', new Uint8Array(MAX_CONTRACT_BYTES + 1).fill(0x20), 'at most 1048576 bytes'],
    ['deeper than 32 levels', `{"ignore":${'['.repeat(32)}${']'.repeat(32)}}`, 'at most 32 levels'],
    ['as deep as it can be', '['.repeat(MAX_CONTRACT_BYTES), 'at most 32 levels'],
    ['of 1,001 columns', columns(1001), 'columns: expected at most 1000 entries'],
    ['not in UTF-8', Buffer.from('{"label":"é"}', 'latin1'), 'expected UTF-8'],
  ])('refuse one %s', (_, contract, message) => {
    expect(refusal(contract)).toMatchObject({ code: 'contract', message: expect.stringContaining(message) });
  });

  it('accept a contract at the bounds', () => {
    expect(parseContract(columns(1000)).columns).toHaveLength(1000);
    const text = '{"label":"a [[[["}';
    expect(parseContract(Buffer.from(text.padEnd(MAX_CONTRACT_BYTES))).label).toBe('a [[[[');
    expect(parseContract(`\ufeff${'{"$schema":"x","label":"a"}'}`.slice(1)).label).toBe('a');
  });

  it('are checked in linear time, and very many faults give a bounded message', () => {
    const wide = JSON.stringify({
      ignore: Array.from({ length: 100_000 }, (_, i) => `c${i % 50_000}`),
      missing_tokens: Array.from({ length: 10_000 }, (_, i) => `t${i % 5000}`),
    });
    const unknown = JSON.stringify(
      Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`k${i}`, 1])),
    );
    const startedMs = performance.now();
    for (const contract of [wide, unknown, `{"label":"${'\\"'.repeat(500_000)}`]) {
      const { code, message } = refusal(contract);
      expect(code).toBe('contract');
      expect(message.length).toBeLessThan(10_000);
    }
    // Comparing all pairs of names would take minutes.
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });
});
