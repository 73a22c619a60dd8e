import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES, FUNCTIONS, triggeredBy } from '../../../lib/functions.ts';
import { parseCommandLine, USAGE, UsageError } from '../../../lib/local/command-line.ts';
import { functionDefinitions } from '../../../lib/local/topology.ts';

const bundles = Object.keys(FUNCTIONS).map((name) => ({ name, file: `/${name}/handler.mjs` }));
const endpoints = { s3: '', dynamodb: '', cloudwatch: '', stepFunctions: '' };
const access = { auth: false, actor: 'ann', corsOrigins: '' };
const capsAt = (concurrency?: number) =>
  Object.fromEntries(
    functionDefinitions(bundles, endpoints, access, concurrency).map(({ name, maxConcurrency }) => [
      name,
      maxConcurrency,
    ]),
  );

describe('npm start', () => {
  it('takes several further hosts, as names and as addresses', () => {
    const options = parseCommandLine(['--allow-host', 'classifier', '--allow-host', 'fd00::1'])!;
    expect(options.allowedHosts).toEqual(['classifier', 'fd00::1']);
    expect(parseCommandLine([])!.allowedHosts).toEqual([]);
    for (const text of ['', 'a b', 'http://a', 'a/b', 'a,b', '*'])
      expect(() => parseCommandLine(['--allow-host', text])).toThrow(UsageError);
  });

  it('takes the address of a webhook', () => {
    const options = parseCommandLine(['--webhook', 'https://a.example/x', '--webhook-secret-file', 'f'])!;
    expect(options).toMatchObject({ webhook: 'https://a.example/x', webhookSecretFile: 'f' });
    expect(parseCommandLine([])).toMatchObject({ webhook: undefined, webhookSecretFile: undefined });
    for (const text of ['', 'localhost:3000', 'file:///etc/passwd', 'x'])
      expect(() => parseCommandLine(['--webhook', text])).toThrow(UsageError);
  });

  it('takes a cap for the functions that answer requests, and leaves those that events start alone', () => {
    expect(parseCommandLine(['--concurrency', '7'])!.concurrency).toBe(7);
    expect(parseCommandLine([])!.concurrency).toBeUndefined();
    for (const text of ['', '0', '1001', '1.5', '-1', 'many'])
      expect(() => parseCommandLine([`--concurrency=${text}`])).toThrow(UsageError);
    const answering = FUNCTION_NAMES.filter((name) => triggeredBy(FUNCTIONS[name]) === 'http');
    expect(answering).toContain('predict');
    expect(capsAt(7)).toEqual({ ...capsAt(), ...Object.fromEntries(answering.map((name) => [name, 7])) });
    expect(capsAt()).toMatchObject({ predict: 20, train: 1 });
    expect(USAGE).toContain('predict 20');
  });
});
