import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { docsAnswers } from '../../../../functions/models/docs-answer.ts';
import type { HttpAnswer } from '../../../../lib/http/stack.ts';
import { httpEvent } from '../../../helpers/http-event.ts';

/** The folder's content, in the form that the build makes. */
const docs = docsAnswers(new URL('../../../../dist/functions/models/docs/', import.meta.url));
const caller = { name: 'me', scopes: [], models: [] };

const ask = (file: string, headers: Record<string, string> = {}) =>
  docs.file({ event: httpEvent('GET /docs/{file}', { pathParameters: { file }, headers }), caller });
const bodyOf = ({ body }: HttpAnswer) => Buffer.from(body!, 'base64');

describe('the page at /docs', () => {
  let html: string;
  let page: HttpAnswer;
  beforeAll(async () => {
    page = await docs.page({ event: httpEvent('GET /docs'), caller });
    html = bodyOf(page).toString();
  });

  it('runs scripts, loads styles and sends requests only within its own origin', () => {
    const policy = String(page.headers?.['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(html).not.toMatch(/https?:|\son\w+=|<style|<script(?![^>]*\ssrc=)/);
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
    });
  });

  it('names every file with a part of its hash, and every file exists', async () => {
    const files = [...html.matchAll(/(?:src|href)="docs\/([^"?]+)\?v=([0-9a-f]{12})"/g)].map(
      ([, name]) => name!,
    );
    expect(files.sort()).toEqual([
      'favicon-32x32.png',
      'page.css',
      'page.js',
      'swagger-ui-bundle.js',
      'swagger-ui.css',
    ]);
    expect(html.match(/"docs\//g)).toHaveLength(files.length);
    for (const file of files) expect((await ask(file)).statusCode).toBe(200);
  });

  it.each([
    ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
    ['swagger-ui.css', 'text/css; charset=utf-8'],
    ['favicon-32x32.png', 'image/png'],
    ['swagger-ui-bundle.js.LICENSE.txt', 'text/plain; charset=utf-8'],
  ])('serves %s as %s, to be cached for good', async (file, contentType) => {
    expect((await ask(file)).headers).toMatchObject({
      'content-type': contentType,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
  });

  it('sends gzip to clients that accept it, and the same bytes unpacked to others', async () => {
    const compressed = await ask('swagger-ui-bundle.js', { 'accept-encoding': 'br, gzip;q=0.5' });
    const plain = await ask('swagger-ui-bundle.js');
    expect(compressed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(plain.headers).toMatchObject({ vary: 'accept-encoding' });
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(bodyOf(compressed).length).toBeLessThan(bodyOf(plain).length / 3);
    expect(gunzipSync(bodyOf(compressed)).equals(bodyOf(plain))).toBe(true);
  });

  it.each([
    '',
    'page.html',
    'NOTICE',
    'page.js.gz',
    '../handler.mjs',
    '..%2fhandler.mjs',
    '__proto__',
    'toString',
    'PAGE.JS',
  ])('has no file %j', async (file) => {
    await expect(ask(file)).rejects.toMatchObject({ status: 404, code: 'not_found' });
  });
});
