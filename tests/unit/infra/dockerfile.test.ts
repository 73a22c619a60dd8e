import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isIgnored, parseDockerfile } from '../../infra/dockerfile.ts';

const file = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');

describe('reading a Dockerfile', () => {
  it('joins lines, drops comments, and expands arguments where Docker does', () => {
    const [first, second] = parseDockerfile(`# a comment
ARG BASE=node:22@sha256:abc
FROM \${BASE} AS one
ARG NAME=predict
ENV PLACE=/srv
COPY --from=base \${NAME}.txt $PLACE/
RUN echo \${NAME} && \\
    true
FROM one AS two
ARG BASE
`);
    expect(first).toEqual({
      name: 'one',
      base: 'node:22@sha256:abc',
      instructions: [
        { line: 5, name: 'ENV', text: 'PLACE=/srv', words: ['PLACE=/srv'], options: {} },
        {
          line: 6,
          name: 'COPY',
          text: 'predict.txt /srv/',
          words: ['predict.txt', '/srv/'],
          options: { from: 'base' },
        },
        expect.objectContaining({ line: 7, name: 'RUN' }),
      ],
    });
    expect(first!.instructions.at(-1)!.text).toMatch(/^echo \$\{NAME\} && +true$/);
    expect(second).toEqual({ name: 'two', base: 'one', instructions: [] });
  });

  it('names the line of an unknown instruction', () => {
    expect(() => parseDockerfile('FROM a AS b\nADD x y')).toThrow('Dockerfile:2 ADD: not known here');
    expect(() => parseDockerfile('FROM a AS b\nCOPY $X .')).toThrow('Dockerfile:2 X: expected an ARG or ENV');
    expect(() => parseDockerfile('ARG X=1\nFROM a AS b\nCOPY $X .')).toThrow(
      'Dockerfile:3 X: expected an ARG',
    );
    expect(() => parseDockerfile('FROM a')).toThrow('Dockerfile:1 FROM: expected a name');
  });
});

describe("this project's Dockerfile", () => {
  const stages = parseDockerfile(file('Dockerfile'));

  it('pins Node by digest, to the version that npm scripts run on', () => {
    const bases = stages.map(({ base }) => base).filter((base) => base.startsWith('node:'));
    expect(bases.length).toBeGreaterThan(0);
    for (const base of bases) expect(base).toMatch(/^node:22-bookworm-slim@sha256:[0-9a-f]{64}$/);
    const { devDependencies } = JSON.parse(file('package.json')) as {
      devDependencies: Record<string, string>;
    };
    expect(file('Dockerfile')).toContain(`# Bases are arguments. Node ${devDependencies.node} on`);
  });

  it('runs without root, with a health check, and ends with the service that docker-compose starts', () => {
    const last = stages.at(-1)!;
    expect(last.name).toBe('runtime');
    expect(file('docker-compose.yml')).toContain('target: runtime');
    const text = (name: string) => last.instructions.find((step) => step.name === name)?.text;
    expect(text('USER')).toBe('1000:1000');
    expect(text('HEALTHCHECK')).toContain('/health');
  });

  it('sees every file that it copies, and no secret, state or test', () => {
    const ignore = file('.dockerignore');
    const kept = (path: string) => !isIgnored(ignore, path);
    const copied = stages.flatMap(({ instructions }) =>
      instructions
        .filter(({ name, options }) => name === 'COPY' && options.from === undefined)
        .flatMap(({ words }) => words.slice(0, -1)),
    );
    expect(copied.length).toBeGreaterThan(5);
    expect(copied.filter((path) => !kept(path))).toEqual([]);
    expect(['functions/predict/handler.ts', 'data/raw/penguins/penguins.csv'].every(kept)).toBe(true);
    const outside = [
      '.git/config',
      '.env',
      '.local/state/x',
      'node_modules/a/b.js',
      'tests/unit/a.test.ts',
      'terraform/x.tfvars',
      'data/README.md',
      'functions/README.md',
      'lib/training/model-report.png',
    ];
    expect(outside.filter(kept)).toEqual([]);
  });
});
