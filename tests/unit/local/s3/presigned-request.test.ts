import { request as httpRequest } from 'node:http';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openS3Fixture, type S3Fixture } from '../../../contract/s3-fixture.ts';

/** When botocore 1.42 signed what follows, with the key AKIDEXAMPLE, whose secret is the same text. */
const SIGNED_MS = Date.UTC(2026, 10, 29, 12);
const PUT_PATH =
  '/raw/animals/a%20b%2Bc%281%29%21%27%C3%A9%3D%25.csv?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261129%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20261129T120000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bx-amz-meta-label&X-Amz-Security-Token=token%2F%2B%3D&X-Amz-Signature=ea1509e99b42cec611b1b7c3bdcf0515fc570e51350b1ecc2f3e390e1ac80cc1';
const PUT_HEADERS = {
  host: '127.0.0.1:9000',
  'content-length': '5',
  'content-type': 'text/csv',
  'x-amz-meta-label': 'kind',
};
const FORM_FIELDS = {
  'Content-Type': 'text/csv',
  'x-amz-meta-label': 'kind',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: S3 replaces it by the file's name
  key: 'animals/${filename}',
  'x-amz-algorithm': 'AWS4-HMAC-SHA256',
  'x-amz-credential': 'AKIDEXAMPLE/20261129/us-east-1/s3/aws4_request',
  'x-amz-date': '20261129T120000Z',
  'x-amz-security-token': 'token/+=',
  policy:
    'eyJleHBpcmF0aW9uIjogIjIwMjYtMTEtMjlUMTI6MTU6MDBaIiwgImNvbmRpdGlvbnMiOiBbeyJDb250ZW50LVR5cGUiOiAidGV4dC9jc3YifSwgeyJ4LWFtei1tZXRhLWxhYmVsIjogImtpbmQifSwgWyJjb250ZW50LWxlbmd0aC1yYW5nZSIsIDEsIDEwXSwgeyJidWNrZXQiOiAicmF3In0sIFsic3RhcnRzLXdpdGgiLCAiJGtleSIsICJhbmltYWxzLyJdLCB7IngtYW16LWFsZ29yaXRobSI6ICJBV1M0LUhNQUMtU0hBMjU2In0sIHsieC1hbXotY3JlZGVudGlhbCI6ICJBS0lERVhBTVBMRS8yMDI2MTEyOS91cy1lYXN0LTEvczMvYXdzNF9yZXF1ZXN0In0sIHsieC1hbXotZGF0ZSI6ICIyMDI2MTEyOVQxMjAwMDBaIn0sIHsieC1hbXotc2VjdXJpdHktdG9rZW4iOiAidG9rZW4vKz0ifV19',
  'x-amz-signature': 'ecf92f1b770d55cb5e41c0eb2ef8a9c7d6db16dca07d5a3d5ac7f3791ebc27b2',
};

let s3: S3Fixture;
let nowMs = SIGNED_MS;

beforeAll(async () => {
  s3 = await openS3Fixture({
    buckets: [{ name: 'raw', versioned: true, notifications: [] }],
    now: () => nowMs,
  });
});
afterAll(() => s3.remove());

/** Sends a request as it is: fetch would set the host that it connects to. */
async function send(path: string, headers: Record<string, string>, body = 'a,b\n1') {
  nowMs = SIGNED_MS + 60_000;
  return await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const { port } = new URL(s3.endpoint);
    const sent = httpRequest({ host: '127.0.0.1', port, path, method: 'PUT', headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('error', reject).end(body);
  });
}

const metadataOf = async (Key: string) =>
  (await s3.client.send(new HeadObjectCommand({ Bucket: 'raw', Key }))).Metadata;

describe('an address that botocore signed', () => {
  it('is honoured as it is', async () => {
    expect(await send(PUT_PATH, PUT_HEADERS)).toMatchObject({ status: 200 });
    expect(await metadataOf("animals/a b+c(1)!'é=%.csv")).toEqual({ label: 'kind' });
  });

  it.each([
    ['host', { ...PUT_HEADERS, host: 'localhost:9000' }],
    ['label', { ...PUT_HEADERS, 'x-amz-meta-label': 'other' }],
    ['type', { ...PUT_HEADERS, 'content-type': 'text/html' }],
  ])('is refused with another %s', async (_, headers) => {
    expect(await send(PUT_PATH, headers)).toMatchObject({
      status: 403,
      text: expect.stringContaining('<Code>SignatureDoesNotMatch</Code>'),
    });
  });

  it('is refused with another size', async () => {
    const answer = await send(PUT_PATH, { ...PUT_HEADERS, 'content-length': '6' }, 'a,b\n12');
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('SignatureDoesNotMatch') });
  });

  it.each([
    ['Credential', 'X-Amz-Credential=AKIDEXAMPLE%2F20261129', 'X-Amz-Credential=AKIDEXAMPLE%2F2026'],
    ['Expires', 'X-Amz-Expires=900', 'X-Amz-Expires=604801'],
    ['Expires of no number', 'X-Amz-Expires=900', 'X-Amz-Expires=soon'],
    ['Date', 'X-Amz-Date=20261129T120000Z', 'X-Amz-Date=20261129'],
    ['Algorithm', 'AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'],
    ['SignedHeaders left out', /X-Amz-SignedHeaders=[^&]*&/, ''],
    ['Signature given twice', /$/, '&X-Amz-Signature=0'],
  ])('is refused with a bad %s, before anything is compared', async (_, from, to) => {
    expect(await send(PUT_PATH.replace(from, to), PUT_HEADERS)).toMatchObject({
      status: 400,
      text: expect.stringContaining('<Code>AuthorizationQueryParametersError</Code>'),
    });
  });

  it('is refused when it does not sign the host', async () => {
    const path = PUT_PATH.replace('content-type%3Bhost', 'content-type');
    expect((await send(path, PUT_HEADERS)).text).toContain('<HeadersNotSigned>host</HeadersNotSigned>');
  });

  it('is refused when it is signed in the way of before 2014', async () => {
    const answer = await send('/raw/old.csv?AWSAccessKeyId=any&Signature=any&Expires=9999999999', {});
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('AWS4-HMAC-SHA256') });
  });
});

describe('a form that botocore signed', () => {
  const post = async (change: Record<string, string> = {}, body = 'a,b\n1', atMs = SIGNED_MS + 60_000) => {
    nowMs = atMs;
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...FORM_FIELDS, ...change })) form.set(name, value);
    form.set('file', new Blob([body]), 'mine.csv');
    const answer = await fetch(`${s3.endpoint}/raw`, { method: 'POST', body: form, redirect: 'manual' });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };

  it("is honoured as it is, and gives the object the file's name", async () => {
    expect(await post()).toMatchObject({ status: 204 });
    expect(await metadataOf('animals/mine.csv')).toEqual({ label: 'kind' });
  });

  it('is refused when it expired', async () => {
    const answer = await post({}, undefined, SIGNED_MS + 900_000);
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('Policy expired.') });
  });

  it('is refused with a policy that nobody signed', async () => {
    const policy = Buffer.from('{"expiration":"2030-01-01T00:00:00Z","conditions":[]}').toString('base64');
    expect(await post({ policy })).toMatchObject({
      status: 403,
      text: expect.stringContaining('<Code>SignatureDoesNotMatch</Code>'),
    });
  });

  it.each([
    [{ 'Content-Type': 'text/html' }, 'Policy Condition failed'],
    [{ key: 'other/x.csv' }, 'Policy Condition failed: [&quot;starts-with&quot;,&quot;$key&quot;'],
    [{ acl: 'public-read' }, 'Extra input fields: acl'],
  ])('is refused with %o', async (change, message) => {
    expect(await post(change as Record<string, string>)).toMatchObject({
      status: 403,
      text: expect.stringContaining(message),
    });
  });

  it('is refused with a file that is too large', async () => {
    expect(await post({}, 'a,b\n1,2\n3,4')).toMatchObject({
      status: 400,
      text: expect.stringContaining('<Code>EntityTooLarge</Code>'),
    });
  });

  it.each([
    ['200', 200, ''],
    ['201', 201, '<PostResponse'],
    ['204', 204, ''],
    ['999', 204, ''],
  ])('answers with the status %s as asked', async (asked, status, text) => {
    const form = new FormData();
    form.set('key', 'unsigned.csv');
    form.set('success_action_status', asked);
    form.set('file', new Blob(['a']), 'mine.csv');
    const answer = await fetch(`${s3.endpoint}/raw`, { method: 'POST', body: form });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(text);
  });

  it('redirects where it is asked to, and says what was stored', async () => {
    const form = new FormData();
    form.set('key', 'redirected.csv');
    form.set('success_action_redirect', 'http://127.0.0.1:1/done?a=1');
    form.set('file', new Blob(['a']), 'mine.csv');
    const answer = await fetch(`${s3.endpoint}/raw`, { method: 'POST', body: form, redirect: 'manual' });
    expect(answer.status).toBe(303);
    const { searchParams } = new URL(answer.headers.get('location')!);
    expect(Object.fromEntries(searchParams)).toMatchObject({ a: '1', bucket: 'raw', key: 'redirected.csv' });
  });

  it.each([
    ['no file', (form: FormData) => form.set('key', 'x'), 'InvalidArgument'],
    ['no key', (form: FormData) => form.set('file', new Blob(['a']), 'x'), 'InvalidArgument'],
  ])('is refused with %s', async (_, fill, code) => {
    const form = new FormData();
    fill(form);
    const answer = await fetch(`${s3.endpoint}/raw`, { method: 'POST', body: form });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(code)]);
  });

  it('is refused when it is no form', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const answer = await fetch(`${s3.endpoint}/raw`, { method: 'POST', body: 'no parts', headers });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('MalformedPOSTRequest'),
    ]);
  });
});
