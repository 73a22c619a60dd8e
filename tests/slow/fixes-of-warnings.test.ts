import { describe, expect, it } from 'vitest';
import { parseContract } from '../../lib/dataset/understand/contract.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { ingest } from '../helpers/csv-ingest.ts';
import { variants } from '../helpers/table-variants.ts';

const SEEDS = process.env.VARIANT_SEEDS?.split(',').map(Number) ?? [1];

/** What a fix says to write into schema.json: its members, as they can be pasted. */
function membersIn(fix: string): string[] {
  const members = /"[a-z_]+": (?:"(?:[^"\\\\]|\\\\.)*"|\[[^\]]*\]|true|false|[\d.]+)/g;
  return fix.includes('schema.json') ? (fix.match(members) ?? []) : [];
}

/** What becomes of a file under a contract: its refusal's code, or its warnings' codes by column. */
async function remarks(
  bytes: Uint8Array,
  name: string,
  contract: object | undefined,
  label: string | undefined,
) {
  try {
    const parsed = contract === undefined ? undefined : parseContract(Buffer.from(JSON.stringify(contract)));
    const { warnings } = await ingest(bytes, { contract: parsed, label }, [], name);
    return warnings.map(({ code, column, fix }) => ({ remark: `${code} ${column}`, fix }));
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    return [{ remark: `refused ${error.code}`, fix: error.fix ?? null }];
  }
}

describe.each(SEEDS)('the fixes that tables of seed %i are given', (seed) => {
  it('are taken by schema.json, and settle what they were given for', async () => {
    const tried = new Set<string>();
    const idle: string[] = [];
    for (const { id, bytes, name, label } of variants(seed).filter((each) => each.contract === undefined)) {
      for (const { remark, fix } of await remarks(bytes, name, undefined, label)) {
        for (const member of membersIn(fix ?? '')) {
          tried.add(`${remark.split(' ')[0]} ${member.split(':')[0]}`);
          const after = await remarks(bytes, name, JSON.parse(`{${member}}`), label);
          if (after.some((other) => other.remark === remark)) idle.push(`${id}: ${remark}: ${member}`);
        }
      }
    }
    expect(idle).toEqual([]);
    expect(tried.size).toBeGreaterThan(8);
  });
});
