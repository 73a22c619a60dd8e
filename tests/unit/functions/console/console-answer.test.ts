import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { consoleAnswers, uploadOrigins } from '../../../../functions/console/console-answer.ts';
import type { HttpAnswer } from '../../../../lib/http/stack.ts';
import { httpEvent } from '../../../helpers/http-event.ts';

const PAGE = new URL('../../../../functions/console/page/', import.meta.url);
const place = { buckets: ['raw-bucket', 'batches-bucket'], region: 'eu-central-1', environment: {} };
const pages = consoleAnswers(new URL('../../../../dist/functions/console/page/', import.meta.url), place);
const caller = { name: 'me', scopes: [], models: [] };
const gzip = { 'accept-encoding': 'gzip' };

const ask = (file: string) =>
  pages.file({
    event: httpEvent('GET /console/{file}', { pathParameters: { file }, headers: gzip }),
    caller,
  });
const sizeOf = ({ body }: HttpAnswer) => Buffer.from(body!, 'base64').length;

/** What a slow connection carries in a second or two. */
const MAX_FIRST_LOAD_BYTES = 80_000;

describe('the console', () => {
  let page: HttpAnswer;
  let html: string;
  beforeAll(async () => {
    page = await pages.page({ event: httpEvent('GET /'), caller });
    html = Buffer.from(page.body!, 'base64').toString();
  });

  it('runs and loads only what is its own, and sends files to the buckets for them only', () => {
    const policy = String(page.headers?.['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(policy).toContain(
      "connect-src 'self' https://raw-bucket.s3.eu-central-1.amazonaws.com https://batches-bucket.s3.eu-central-1.amazonaws.com;",
    );
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(html).not.toMatch(/https?:|\son\w+=|<style|<script(?![^>]*\ssrc=)/);
  });

  it('names its files by their content, caches them for good, and loads less than 80 KB at first', async () => {
    const files = [...html.matchAll(/(?:src|href)="console\/([^"]+)"/g)].map(([, name]) => name!);
    expect(files.map((name) => name.replace(/-\w{8}\./, '.')).sort()).toEqual([
      'app.css',
      'app.js',
      'icon.svg',
    ]);
    const answers = await Promise.all(files.map(ask));
    for (const { headers } of answers)
      expect(headers).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'content-encoding': 'gzip',
        'x-content-type-options': 'nosniff',
      });
    const compressed = await pages.page({ event: httpEvent('GET /', { headers: gzip }), caller });
    const sizeBytes = [compressed, ...answers].reduce((sum, answer) => sum + sizeOf(answer), 0);
    expect(sizeBytes).toBeGreaterThan(10_000);
    expect(sizeBytes).toBeLessThan(MAX_FIRST_LOAD_BYTES);
  });

  it('has the licences of what it is built with, under a name that stays', async () => {
    const { headers, body } = await ask('licences.txt');
    expect(headers).toMatchObject({
      'cache-control': 'no-cache',
      'content-type': 'text/plain; charset=utf-8',
    });
    const text = gunzipSync(Buffer.from(body!, 'base64')).toString();
    expect(text).toMatch(/preact.+MIT.+udsv.+MIT/s);
  });

  it('names every package that the page imports among them', () => {
    const files = readdirSync(PAGE, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.tsx?$/.test(name),
    );
    const imported = files.flatMap((name) => [
      ...readFileSync(new URL(name, PAGE), 'utf8').matchAll(/from '([a-z@][^'/]*)/g),
    ]);
    expect([...new Set(imported.map(([, name]) => name))].sort()).toEqual(['preact', 'udsv']);
  });

  it.each(['', 'index.html', 'app.js', '../handler.mjs', '..%2fhandler.mjs', '__proto__'])(
    'has no file %j',
    async (file) => {
      await expect(ask(file)).rejects.toMatchObject({ status: 404, code: 'not_found' });
    },
  );
});

describe('where files go', () => {
  it.each([
    [
      {},
      [
        'https://raw-bucket.s3.eu-central-1.amazonaws.com',
        'https://batches-bucket.s3.eu-central-1.amazonaws.com',
      ],
    ],
    [{ buckets: ['raw.bucket', 'batches.bucket'] }, ['https://s3.eu-central-1.amazonaws.com']],
    [{ environment: { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000' } }, ['http://127.0.0.1:9000']],
    [
      { buckets: ['raw-bucket'], region: 'cn-north-1' },
      ['https://raw-bucket.s3.cn-north-1.amazonaws.com.cn'],
    ],
  ])('with %j is %j', (given, origins) => {
    expect(uploadOrigins({ ...place, ...given })).toEqual(origins);
  });
});
