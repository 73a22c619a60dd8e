import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES, FUNCTIONS, factsOf, triggeredBy } from '../../lib/functions.ts';
import { API_ROUTES, DEFAULT_ROUTE } from '../../lib/routes.ts';

const ROOT = new URL('../../', import.meta.url);
const folders = readdirSync(new URL('functions/', ROOT), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('lib/functions.ts', () => {
  it.each(folders)('has an entry for the folder functions/%s', (name) => {
    expect(factsOf(name), `functions/${name} is a folder without an entry in lib/functions.ts`).toBeDefined();
  });

  it.each(FUNCTION_NAMES)('names the folder of %s, and Terraform has its policy', (name) => {
    expect(folders, `lib/functions.ts has "${name}", but there is no folder functions/${name}`).toContain(
      name,
    );
    const policy = `terraform/policies/${name}.json.tftpl`;
    expect(existsSync(new URL(policy, ROOT)), `lib/functions.ts has "${name}", but not ${policy}`).toBe(true);
  });

  it('knows no other names', () => {
    expect(factsOf('toString')).toBeUndefined();
    expect(factsOf('predictt')).toBeUndefined();
  });

  it('is in the order of names, as everything that is made of it', () => {
    expect(FUNCTION_NAMES).toEqual(FUNCTION_NAMES.toSorted());
  });

  it('gives routes to those functions that answer any, and to no others', () => {
    const answering = new Set<string>([...API_ROUTES, DEFAULT_ROUTE].map(({ functionName }) => functionName));
    const routed = FUNCTION_NAMES.filter((name) => FUNCTIONS[name].trigger.kind === 'routes');
    expect(routed).toEqual([...answering].sort());
  });

  it('lets nobody wait longer than the API does, and no function run longer than Lambda lets it', () => {
    for (const name of FUNCTION_NAMES) {
      const most = triggeredBy(FUNCTIONS[name]) === 'http' ? 29 : 900;
      expect(FUNCTIONS[name].timeoutSeconds, name).toBeLessThanOrEqual(most);
    }
  });

  it('lets the authorizer answer as many requests at once as predict', () => {
    expect(FUNCTIONS.authorize.localConcurrency).toBeGreaterThanOrEqual(FUNCTIONS.predict.localConcurrency);
  });
});
