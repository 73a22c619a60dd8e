import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { workflowFaults } from '../../../.ci/workflow-faults.ts';

const GITHUB = fileURLToPath(new URL('../../../.github/', import.meta.url));
const CHECKOUT = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1';

/** A valid workflow; each test breaks one thing. */
const SOUND = `name: Sound
on:
  pull_request:
permissions: {}
defaults:
  run:
    shell: bash
jobs:
  build:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
    steps:
      - uses: ${CHECKOUT}
        with:
          persist-credentials: false
      - env:
          TITLE: \${{ github.event.pull_request.title }}
        run: echo "$TITLE"
`;

const faultsOf = (text: string) => workflowFaults('w.yml', text);
const spoilt = (from: string, to: string) => {
  expect(SOUND).toContain(from);
  return faultsOf(SOUND.replace(from, to));
};

describe('a workflow', () => {
  it('has no faults when it is valid', () => {
    expect(faultsOf(SOUND)).toEqual([]);
  });

  it.each([
    'actions/checkout@v7',
    'actions/checkout@main',
    'actions/checkout@3d3c42e',
    'actions/checkout',
    'docker://alpine:3',
  ])('must not use %s, which can be moved to other code', (action) => {
    const faults = spoilt(CHECKOUT, action);
    expect(faults[0]).toBe(
      `w.yml:15 ${action}: expected a commit's 40 digits after @: a tag can be moved to other code`,
    );
  });

  it.each(['', ' # latest', ' # v7'])('must name the version beside a commit, unlike "%s"', (comment) => {
    expect(spoilt(' # v7.0.1', comment)).toEqual([
      expect.stringContaining(
        'w.yml:15 actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1: expected the version',
      ),
    ]);
  });

  it.each([
    ['', 1],
    ['permissions: read-all\n', 4],
    ['permissions: write-all\n', 4],
    ['permissions:\n  contents: write\n', 5],
  ])('must begin with no permissions, unlike %j', (permissions, line) => {
    expect(spoilt('permissions: {}\n', permissions)).toEqual([
      expect.stringMatching(new RegExp(`^w.yml:${line} expected "permissions: {}" at the top`)),
    ]);
  });

  it('must give each job its own permissions by name', () => {
    expect(spoilt('    permissions:\n      contents: read\n', '')).toEqual([
      expect.stringContaining('expected "permissions" of its own'),
    ]);
    expect(spoilt('permissions:\n      contents: read', 'permissions: write-all')).toEqual([
      expect.stringContaining('w.yml:12 expected each permission by name'),
    ]);
  });

  it.each([
    'github.event.pull_request.title',
    'github.event.issue.body',
    'github.event.head_commit.message',
    'github.head_ref',
    'github.ref_name',
    "format('{0}', github.head_ref)",
    'inputs.version',
  ])('must not put %s into a script', (expression) => {
    expect(spoilt('echo "$TITLE"', `echo \${{ ${expression} }}`)).toEqual([
      expect.stringMatching(/^w\.yml:20 expected no expression in a script/),
    ]);
    expect(spoilt('echo "$TITLE"', `|\n          true\n          echo "\${{${expression}}}"`)).toHaveLength(
      1,
    );
  });

  it('must not put an expression into a script that an action runs', () => {
    const action = `      - uses: actions/github-script@${'a'.repeat(40)} # v7.0.0
        with:
          script: console.log("\${{ github.head_ref }}")
`;
    expect(faultsOf(SOUND + action)).toEqual([
      expect.stringContaining('w.yml:23 expected no expression in a script'),
    ]);
  });

  it.each(['pull_request_target', 'workflow_run'])('must not check out code on %s', (event) => {
    expect(spoilt('pull_request:', `${event}:`)).toEqual([
      expect.stringMatching(
        /^w\.yml:15 expected no checkout .* fork's code would run with this repository's secrets$/,
      ),
    ]);
    expect(spoilt('  pull_request:', `  - push\n  - ${event}`)).toHaveLength(1);
  });

  it.each(['timeout-minutes: 5', 'persist-credentials: false', 'shell: bash'])('must say %s', (line) => {
    expect(spoilt(line, 'name: nothing')).toHaveLength(1);
  });

  it.each(['ubuntu-latest', 'macos-latest', 'self-hosted'])(
    'must not run on %s, which becomes another image',
    (image) => {
      expect(spoilt('ubuntu-24.04', image)).toEqual([
        expect.stringMatching(/^w\.yml:10 expected an image by its version/),
      ]);
    },
  );

  it('must let CodeQL read the runs of a private repository', () => {
    const codeql = SOUND.replace('actions/checkout@', 'github/codeql-action/init@');
    expect(faultsOf(codeql)).toEqual([expect.stringContaining('expected "actions: read" for CodeQL')]);
    expect(faultsOf(codeql.replace('contents: read', 'actions: read'))).toEqual([]);
  });

  it('must not let Terraform write a lock file', () => {
    const init = (options: string) => spoilt('echo "$TITLE"', `terraform -chdir=terraform init${options}`);
    expect(init('')).toEqual([expect.stringContaining('expected -lockfile=readonly')]);
    expect(init(' -lockfile=readonly -backend=false')).toEqual([]);
    expect(init(' -backend=false \\\n          -lockfile=readonly')).toEqual([]);
  });

  it('must not continue after a failure', () => {
    expect(spoilt('run: echo', 'continue-on-error: true\n        run: echo')).toHaveLength(1);
  });

  it('names the fault of text that is not YAML', () => {
    expect(faultsOf('jobs: [')[0]).toMatch(/^w\.yml:\d+ /);
  });
});

describe('a job that a pull request can start', () => {
  const SAME = 'github.event.pull_request.head.repo.full_name == github.repository';
  const closed = (condition: string) => `    if: ${condition}\n    runs-on`;

  it.each([
    ['with that permission alone', 'id-token: write'],
    ['with others', 'contents: read\n      id-token: write'],
  ])('must not take a role for a fork, %s', (_, permission) => {
    const role = SOUND.replace('contents: read', permission);
    expect(faultsOf(role)).toEqual([expect.stringContaining('on a job that takes a role')]);
    expect(faultsOf(role.replace('    runs-on', closed(SAME)))).toEqual([]);
    expect(faultsOf(role.replace('    runs-on', closed(`${SAME} || always()`)))).toHaveLength(1);
  });

  it('must not have secrets for a fork', () => {
    const secret = SOUND.replace('github.event.pull_request.title', 'secrets.KEY');
    expect(faultsOf(secret)).toEqual([expect.stringContaining('w.yml:10 expected "if: ')]);
    expect(faultsOf(secret.replace('    runs-on', closed(SAME)))).toEqual([]);
    expect(faultsOf(secret.replace('  pull_request:', '  push:'))).toEqual([]);
    expect(faultsOf(SOUND.replace('github.event.pull_request.title', 'secrets.GITHUB_TOKEN'))).toEqual([]);
  });

  it('must not pass on every secret', () => {
    const call = `  call:\n    permissions: {}\n    uses: ./.github/workflows/x.yml\n    secrets: inherit\n`;
    expect(faultsOf(SOUND + call)).toEqual([expect.stringContaining('expected each secret by name')]);
  });
});

describe('a composite action', () => {
  it('has the same rules for its steps', () => {
    const action = `name: A\nruns:\n  using: composite\n  steps:\n    - uses: actions/cache@v4\n    - shell: bash\n      run: echo \${{ inputs.name }}\n`;
    expect(faultsOf(action)).toEqual([
      expect.stringMatching(/^w\.yml:5 actions\/cache@v4: expected a commit's 40 digits/),
      expect.stringMatching(/^w\.yml:7 expected no expression in a script/),
    ]);
  });
});

describe("this project's own", () => {
  const files = readdirSync(GITHUB, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /^(workflows|actions)\/.*\.ya?ml$/.test(path),
  );

  it.each(files)('%s has no fault', (file) => {
    expect(workflowFaults(file, readFileSync(join(GITHUB, file), 'utf8'))).toEqual([]);
  });

  it('are found', () => {
    expect(files).toEqual(
      expect.arrayContaining(['workflows/ci.yml', 'workflows/deploy.yml', 'workflows/security.yml']),
    );
  });

  it('never deploy without all of CI: the required job waits for every other job', () => {
    const ci = readFileSync(join(GITHUB, 'workflows/ci.yml'), 'utf8');
    const jobs = [...ci.split('\njobs:\n')[1]!.matchAll(/^ {2}(\w+):$/gm)].map((match) => match[1]!);
    const needed = /required:[\s\S]*?needs: \[(.*)\]/.exec(ci)![1]!.split(', ');
    expect([...needed, 'required'].sort()).toEqual(jobs.sort());
    const deploy = readFileSync(join(GITHUB, 'workflows/deploy.yml'), 'utf8');
    expect(/required:[\s\S]*?needs: \[(.*)\]/.exec(deploy)![1]).toBe('checks, packages');
    expect(deploy).toContain('needs: [checks, packages, required]');
  });
});
