import { describe, expect, it } from 'vitest';
import { MAX_CONTRACT_BYTES, parseContract } from '../../lib/dataset/understand/contract.ts';
import type { RefusedFileError } from '../../lib/errors.ts';

function refusal(contract: unknown): RefusedFileError {
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

const listOf = (key: 'ignore' | 'missing_tokens', count: number) =>
  JSON.stringify({ [key]: Array.from({ length: count }, (_, i) => `n${i}`) });

/** A value of so many levels, as a program may give it. */
function nested(levels: number): unknown {
  let value: unknown = 'a';
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

describe('the bounds of schema.json', () => {
  it.each([
    ['over 1 MiB', new Uint8Array(MAX_CONTRACT_BYTES + 1).fill(0x20), 'at most 1048576 bytes'],
    ['deeper than 32 levels', `{"ignore":${'['.repeat(32)}${']'.repeat(32)}}`, 'at most 32 levels'],
    ['as deep as it can be', '['.repeat(MAX_CONTRACT_BYTES), 'at most 32 levels'],
    ['of 1,001 columns', columns(1001), 'columns: expected at most 1000 entries'],
    ['that ignores 1,001 columns', listOf('ignore', 1001), 'ignore: expected at most 1000 entries'],
    ['of 1,001 tokens', listOf('missing_tokens', 1001), 'missing_tokens: expected at most 1000 entries'],
    ['not in UTF-8', Buffer.from('{"label":"é"}', 'latin1'), 'expected UTF-8'],
  ])('refuse one %s', (_, contract, message) => {
    expect(refusal(contract)).toMatchObject({ code: 'contract', message: expect.stringContaining(message) });
  });

  it('accept a contract at the bounds', () => {
    expect(parseContract(columns(1000)).columns).toHaveLength(1000);
    expect(parseContract(listOf('ignore', 1000)).ignore).toHaveLength(1000);
    expect(parseContract(listOf('missing_tokens', 1000)).missing_tokens).toHaveLength(1000);
    const text = '{"label":"a [[[["}';
    expect(parseContract(Buffer.from(text.padEnd(MAX_CONTRACT_BYTES))).label).toBe('a [[[[');
    expect(parseContract(`\ufeff${'{"$schema":"x","label":"a"}'}`.slice(1)).label).toBe('a');
  });

  it('hold a value that is parsed already, without recursion', () => {
    expect(refusal({ ignore: nested(31) }).message).toContain('ignore.0: expected string');
    for (const levels of [32, 100_000])
      expect(refusal({ ignore: nested(levels) }).message).toContain('at most 32 levels');
  });

  // Comparing all pairs of names would take minutes, more than a test may.
  it('are checked in linear time, and very many faults give a bounded message', () => {
    const categories = Array.from({ length: 100_000 }, (_, i) => `c${i % 50_000}`);
    const wide = JSON.stringify({ columns: [{ name: 'a', type: 'categorical', categories }] });
    const unknown = JSON.stringify(
      Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`k${i}`, 1])),
    );
    for (const contract of [wide, unknown, `{"label":"${'\\"'.repeat(500_000)}`]) {
      const { code, message } = refusal(contract);
      expect(code).toBe('contract');
      expect(message.length).toBeLessThan(10_000);
    }
  });
});
