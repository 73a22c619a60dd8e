import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { callCode } from '../../../../../../functions/console/page/predict/call-code.ts';

const HOSTILE = `'; echo pwned; ' "\\ $(id) \`id\` \u2028 نص 中文 \${x}`;
const body = { features: { [HOSTILE]: HOSTILE, b: null } };
const codeOf = (language: string, hasToken = false) =>
  callCode('http://localhost:8000/predict', body, hasToken).find((each) => each.language === language)!.code;

describe('a call as code', () => {
  it('reaches curl as it is, whatever quotes it holds', () => {
    const script = `curl() { printf '%s' "$4"; }; ${codeOf('curl')}`;
    expect(JSON.parse(execFileSync('sh', ['-c', script], { encoding: 'utf8' }))).toEqual(body);
  });

  it('says the same in JavaScript', async () => {
    const sent: unknown[] = [];
    const run = new Function('fetch', 'console', `return (async () => { ${codeOf('JavaScript')} })();`);
    await run(
      (_: string, init: { body: string }) => {
        sent.push(JSON.parse(init.body));
        return { json: () => null };
      },
      { log: () => undefined },
    );
    expect(sent).toEqual([body]);
  });

  it('holds the body in Python as one text of JSON', () => {
    const [, literal] = /json\.loads\((".*")\)/s.exec(codeOf('Python'))!;
    // Within ASCII and the escapes of JSON, a text of JSON is one of Python.
    expect(JSON.parse(JSON.parse(literal!) as string)).toEqual(body);
  });

  it('never holds the token', () => {
    for (const { code } of callCode('http://a/predict', body, true)) expect(code).toMatch(/TOKEN/);
  });
});
