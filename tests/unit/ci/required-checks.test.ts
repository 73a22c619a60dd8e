import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { requiredCheckFaults } from '../../../.ci/required-checks.ts';

const WORKFLOWS = fileURLToPath(new URL('../../../.github/workflows/', import.meta.url));
const workflow = (events: string, name = 'Required') =>
  `on:\n${events
    .split(' ')
    .map((event) => `  ${event}:\n`)
    .join('')}jobs:\n  last:\n    name: ${name}\n`;
const PULL = 'pull_request: expected one workflow with a job named "Required", found';

describe('the one check that branch protection names', () => {
  it('comes from one workflow for each event', () => {
    const sound = { 'ci.yml': workflow('pull_request merge_group'), 'deploy.yml': workflow('push') };
    expect(requiredCheckFaults({ ...sound, 'other.yml': workflow('pull_request', 'Audit') })).toEqual([]);
  });

  it('must not be missing: a merge queue would wait for ever', () => {
    const faults = requiredCheckFaults({ 'ci.yml': workflow('pull_request push') });
    expect(faults).toEqual([expect.stringMatching(/^merge_group: .* found none$/)]);
  });

  it('must not come twice: GitHub takes either for the other', () => {
    const both = { 'a.yml': workflow('pull_request merge_group push'), 'b.yml': workflow('pull_request') };
    expect(requiredCheckFaults(both)).toEqual([`${PULL} a.yml and b.yml`]);
  });

  it('is there for every event of this project', () => {
    const files = readdirSync(WORKFLOWS).map((name) => [name, readFileSync(WORKFLOWS + name, 'utf8')]);
    expect(requiredCheckFaults(Object.fromEntries(files))).toEqual([]);
  });
});
