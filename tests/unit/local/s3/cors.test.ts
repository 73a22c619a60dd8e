import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openS3Fixture, type S3Fixture } from '../../../contract/s3-fixture.ts';

const ORIGIN = 'http://localhost:8000';
const cors = {
  origins: () => [ORIGIN],
  methods: ['PUT'],
  allowedHeaders: ['content-type', 'x-amz-meta-label'],
  exposedHeaders: ['ETag', 'x-amz-version-id'],
  maxAgeSeconds: 3600,
};

let s3: S3Fixture;
beforeAll(async () => {
  s3 = await openS3Fixture({
    buckets: [
      { name: 'raw', versioned: true, notifications: [], cors },
      { name: 'models', versioned: true, notifications: [] },
    ],
  });
});
afterAll(() => s3.remove());

const preflight = (bucket: string, headers: Record<string, string>) =>
  fetch(`${s3.endpoint}/${bucket}/x.csv`, { method: 'OPTIONS', headers });

const ASKED = {
  origin: ORIGIN,
  'access-control-request-method': 'PUT',
  'access-control-request-headers': 'Content-Type, x-amz-meta-label',
};

describe('the CORS rule of a bucket', () => {
  it('lets a page of its origin send what it allows', async () => {
    const answer = await preflight('raw', ASKED);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'content-type, x-amz-meta-label',
      'access-control-max-age': '3600',
    });
  });

  it.each([
    ['another origin', { ...ASKED, origin: 'http://localhost:8001' }],
    ['another method', { ...ASKED, 'access-control-request-method': 'GET' }],
    ['another header', { ...ASKED, 'access-control-request-headers': 'x-amz-acl' }],
  ])('refuses %s', async (_, headers) => {
    const answer = await preflight('raw', headers);
    expect(answer.status).toBe(403);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(await answer.text()).toContain('<Code>AccessForbidden</Code>');
  });

  it('refuses every page of a bucket without one', async () => {
    expect((await preflight('models', ASKED)).status).toBe(403);
  });

  it('refuses a preflight that does not say what it asks', async () => {
    expect((await preflight('raw', {})).status).toBe(400);
  });

  it.each([
    ['an object that is stored', 'raw', 200],
    ['a fault', 'raw-of-none', 404],
  ])('lets the page read the answer about %s, where it has a rule', async (_, bucket, status) => {
    const answer = await fetch(`${s3.endpoint}/${bucket}/x.csv`, {
      method: 'PUT',
      body: 'a',
      headers: { origin: ORIGIN },
    });
    expect(answer.status).toBe(status);
    const isRead = status === 200;
    expect(answer.headers.get('access-control-allow-origin')).toBe(isRead ? ORIGIN : null);
    expect(answer.headers.get('access-control-expose-headers')).toBe(
      isRead ? 'ETag, x-amz-version-id' : null,
    );
  });

  it('lets the page read why a signed address is refused', async () => {
    const answer = await fetch(`${s3.endpoint}/raw/x.csv?X-Amz-Algorithm=none`, {
      method: 'PUT',
      body: 'a',
      headers: { origin: ORIGIN },
    });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([400, ORIGIN]);
  });

  it('says nothing about pages to whoever is none, or a foreign one', async () => {
    for (const headers of [{}, { origin: 'http://evil.example' }] as Record<string, string>[]) {
      const answer = await fetch(`${s3.endpoint}/raw/x.csv`, { method: 'PUT', body: 'a', headers });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});
