import { describe, expect, it } from 'vitest';
import { HttpError } from '../../../lib/http/problem.ts';
import { readQuery } from '../../../lib/http/query.ts';
import { logQuery } from '../../../lib/http/schemas/paging.ts';
import { predictParameters } from '../../../lib/http/schemas/predict-request.ts';

function faultsOf(query: string) {
  try {
    readQuery(query, predictParameters);
  } catch (error) {
    if (error instanceof HttpError)
      return { status: error.status, paths: error.faults.map(({ path }) => path) };
    throw error;
  }
  return undefined;
}

describe('readQuery', () => {
  it('reads what is known, in any order and encoding', () => {
    expect(readQuery('', predictParameters)).toEqual({});
    expect(readQuery('version=2&explain=true', predictParameters)).toEqual({ version: '2', explain: 'true' });
    expect(readQuery('explain=%66alse&version=v12', predictParameters)).toEqual({
      explain: 'false',
      version: 'v12',
    });
  });

  it.each([
    ['explain=maybe', ['query.explain']],
    ['explain', ['query.explain']],
    ['explain=TRUE', ['query.explain']],
    ['version=abc', ['query.version']],
    ['version=0', ['query.version']],
    ['version=-1', ['query.version']],
    ['version=1.5', ['query.version']],
    ['version=01', ['query.version']],
    ['version=', ['query.version']],
    ['version=1234567890123', ['query.version']],
    ['version=1&version=1', ['query.version']],
    ['version=1,2', ['query.version']],
    ['explain=true&explain=false', ['query.explain']],
    ['Explain=true', ['query.Explain']],
    ['__proto__=1', ['query.__proto__']],
    ['constructor=1&explain=maybe', ['query.constructor', 'query.explain']],
    ['%E0%A4=1', ['query.\ufffd']],
  ])('refuses ?%s with the path', (query, paths) => {
    expect(faultsOf(query)).toEqual({ status: 400, paths });
  });

  it('reads whole numbers, and fills in what has a default', () => {
    const read = (query: string) => readQuery(query, logQuery.shape, ['limit', 'before']);
    expect(read('')).toEqual({ limit: 50 });
    expect(read('before=7&limit=1')).toEqual({ limit: 1, before: 7 });
    for (const query of ['limit=0', 'limit=01', 'limit=1e1', 'limit=', 'limit=5&limit=5', 'before=%37.0'])
      expect(() => read(query)).toThrow(HttpError);
  });

  it('repeats no more than the beginning of an unknown name', () => {
    expect(faultsOf(`${'n'.repeat(5000)}=1`)?.paths).toEqual([`query.${'n'.repeat(100)}`]);
  });

  it('stops at 20 faults, however long the query is', () => {
    const faults = faultsOf(Array.from({ length: 100_000 }, (_, i) => `p${i}`).join('&'));
    expect(faults?.paths).toEqual(Array.from({ length: 20 }, (_, i) => `query.p${i}`));
  });
});
