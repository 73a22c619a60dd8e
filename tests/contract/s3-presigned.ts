import { createHmac, randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { type PresignedRequest, presigner } from '../../lib/storage/presigned.ts';

const BODY = 'height,kind\n1,cat\n';
const HEADERS = { 'content-type': 'text/csv', 'x-amz-meta-label': 'kind' };
const ENVIRONMENT = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any', AWS_REGION: 'us-east-1' };

/**
 * Signed addresses and forms, as this project makes them. moto stores what they bring and checks no
 * signature: `npm run test:aws` puts botocore before it, which checks addresses. Nothing there knows the
 * policy of a form, so what it must refuse is tried on the laptop's S3 alone, which is never excused.
 *
 * @param isOwn whether the endpoint is the laptop's S3
 */
export function describePresignedContract(getEndpoint: () => string, isOwn: () => boolean): void {
  describe('S3 contract of signed addresses and forms', () => {
    let s3: S3Client;
    let bucket: string;
    let checksSignatures: boolean;
    let key: string;

    const sign = (request: Omit<PresignedRequest, 'at'>, nowMs = Date.now(), signedKey = key) =>
      presigner(
        { ...ENVIRONMENT, AWS_ENDPOINT_URL: getEndpoint() },
        () => nowMs,
      )({
        at: { bucket, key: signedKey },
        ...request,
      });
    const signPut = (nowMs?: number, signedKey?: string) =>
      sign(
        {
          method: 'PUT',
          headers: { ...HEADERS, 'content-length': String(BODY.length) },
          expiresSeconds: 900,
        },
        nowMs,
        signedKey,
      );
    const put = async (url: string, body = BODY, headers: Record<string, string> = HEADERS) => {
      const answer = await fetch(url, { method: 'PUT', body, headers });
      return { status: answer.status, text: await answer.text() };
    };
    const head = (of = key) => s3.send(new HeadObjectCommand({ Bucket: bucket, Key: of }));
    const isStored = (of = key) =>
      head(of).then(
        () => true,
        () => false,
      );

    beforeAll(async () => {
      const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
      s3 = new S3Client({ endpoint: getEndpoint(), credentials, region: 'us-east-1', forcePathStyle: true });
      bucket = `contract-${randomUUID()}`;
      await s3.send(new CreateBucketCommand({ Bucket: bucket }));
      key = 'probe';
      const { url } = await sign({ method: 'GET', expiresSeconds: 60 });
      const probe = await fetch(url.replace(/.{4}$/, '0000'));
      await probe.body?.cancel();
      checksSignatures = isOwn() || probe.status === 403;
    });
    afterAll(async () => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
      for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
      await s3.send(new DeleteBucketCommand({ Bucket: bucket }));
      s3.destroy();
    });

    it.each(['animals.csv', "animals/a b+c(1)!'*é=%,@.csv"])('stores what is put to %s', async (name) => {
      key = name;
      expect(await put((await signPut()).url)).toMatchObject({ status: 200 });
      expect(await head()).toMatchObject({
        ContentLength: BODY.length,
        ContentType: 'text/csv',
        Metadata: { label: 'kind' },
      });
    });

    it('gives an object to whoever has its address', async () => {
      key = 'animals.csv';
      await put((await signPut()).url);
      const query = { 'response-content-disposition': 'attachment; filename="v1.knn"' };
      const { url } = await sign({ method: 'GET', query, expiresSeconds: 60 });
      const answer = await fetch(url);
      expect([answer.status, await answer.text()]).toEqual([200, BODY]);
    });

    it('stores the file of a form, with the metadata in its fields', async () => {
      key = 'form.csv';
      const { status } = await post(form());
      expect(status).toBe(204);
      const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      expect([await Body!.transformToString(), Metadata]).toEqual([BODY, { label: 'kind' }]);
    });

    /** What S3 refuses, and with which code. */
    const PUT_FAULTS: readonly (readonly [
      what: string,
      code: string,
      send: () => Promise<{ status: number; text: string }>,
    ])[] = [
      ['another size', 'SignatureDoesNotMatch', async () => put((await signPut()).url, `${BODY}2,dog\n`)],
      ['a smaller size', 'SignatureDoesNotMatch', async () => put((await signPut()).url, BODY.slice(1))],
      [
        'another label',
        'SignatureDoesNotMatch',
        async () => put((await signPut()).url, BODY, { ...HEADERS, 'x-amz-meta-label': 'height' }),
      ],
      [
        'no label',
        'SignatureDoesNotMatch',
        async () => put((await signPut()).url, BODY, { 'content-type': 'text/csv' }),
      ],
      [
        'metadata that nobody signed',
        'AccessDenied',
        async () => put((await signPut()).url, BODY, { ...HEADERS, 'x-amz-meta-other': 'x' }),
      ],
      [
        'another media type',
        'SignatureDoesNotMatch',
        async () => put((await signPut()).url, BODY, { ...HEADERS, 'content-type': 'text/html' }),
      ],
      [
        'another key',
        'SignatureDoesNotMatch',
        async () => put((await signPut(undefined, 'signed.csv')).url.replace('/signed.csv', `/${key}`)),
      ],
      ['an address that expired', 'AccessDenied', async () => put((await signPut(Date.now() - 900_000)).url)],
      [
        'an address whose expiry was put off',
        'SignatureDoesNotMatch',
        async () =>
          put((await signPut(Date.now() - 900_000)).url.replace('X-Amz-Expires=900', 'X-Amz-Expires=9000')),
      ],
      [
        'an address that holds later',
        'AccessDenied',
        async () => put((await signPut(Date.now() + 3_600_000)).url),
      ],
      [
        'another signature',
        'SignatureDoesNotMatch',
        async () => put((await signPut()).url.replace(/[0-9a-f]{64}$/, '0'.repeat(64))),
      ],
      [
        'a parameter that was added',
        'SignatureDoesNotMatch',
        async () => put(`${(await signPut()).url}&x-amz-meta-label=height`),
      ],
      [
        'an address for reading',
        'SignatureDoesNotMatch',
        async () => put((await sign({ method: 'GET', headers: HEADERS, expiresSeconds: 60 })).url),
      ],
    ];

    it.for(PUT_FAULTS)('refuses a put with %s: %s', async ([, code, send], context) => {
      await expectRefused(context, code, send);
    });

    const FORM_FAULTS: readonly (readonly [what: string, code: string, changed: FormChange])[] = [
      ['a larger file', 'EntityTooLarge', { body: `${BODY}2,dog\n` }],
      ['a smaller file', 'EntityTooSmall', { body: BODY.slice(1) }],
      ['another key', 'AccessDenied', { fields: { key: 'other.csv' } }],
      ['another label', 'AccessDenied', { fields: { 'x-amz-meta-label': 'height' } }],
      ['metadata that nobody signed', 'AccessDenied', { fields: { 'x-amz-meta-other': 'x' } }],
      ['a policy that expired', 'AccessDenied', { expiresMs: -1000 }],
      ['another signature', 'SignatureDoesNotMatch', { fields: { 'x-amz-signature': '0'.repeat(64) } }],
    ];

    it.for(FORM_FAULTS)('refuses a form with %s: %s', async ([, code, changed], context) => {
      context.skip(!isOwn(), 'this endpoint checks no policy of a form');
      await expectRefused(context, code, () => post(form(changed)));
    });

    async function expectRefused(
      { skip }: TestContext,
      code: string,
      send: () => Promise<{ status: number; text: string }>,
    ): Promise<void> {
      skip(!checksSignatures, 'this endpoint checks no signature in an address');
      key = `refused-${randomUUID()}.csv`;
      const { status, text } = await send();
      expect({ status, code: /<Code>([^<]*)/.exec(text)?.[1] }).toEqual({
        status: code.startsWith('Entity') ? 400 : 403,
        code,
      });
      expect(await isStored()).toBe(false);
      expect(await isStored('other.csv')).toBe(false);
    }

    interface FormChange {
      readonly body?: string;
      readonly fields?: Readonly<Record<string, string>>;
      readonly expiresMs?: number;
    }

    function form({ body = BODY, fields = {}, expiresMs = 900_000 }: FormChange = {}): FormData {
      const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
      const scope = `${timestamp.slice(0, 8)}/us-east-1/s3/aws4_request`;
      const signed = {
        key,
        'Content-Type': 'text/csv',
        'x-amz-meta-label': 'kind',
        'x-amz-algorithm': 'AWS4-HMAC-SHA256',
        'x-amz-credential': `any/${scope}`,
        'x-amz-date': timestamp,
      };
      const conditions = [
        { bucket },
        ...Object.entries(signed).map(([name, value]) => ({ [name]: value })),
        ['content-length-range', BODY.length, BODY.length],
      ];
      const expiration = new Date(Date.now() + expiresMs).toISOString();
      const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
      const signingKey = scope
        .split('/')
        .reduce<Buffer | string>((by, part) => createHmac('sha256', by).update(part).digest(), 'AWS4any');
      const signature = createHmac('sha256', signingKey).update(policy).digest('hex');
      const made = new FormData();
      const all = { ...signed, policy, 'x-amz-signature': signature, ...fields };
      for (const [name, value] of Object.entries(all)) made.set(name, value);
      made.set('file', new Blob([body]), 'mine.csv');
      return made;
    }

    async function post(body: FormData): Promise<{ status: number; text: string }> {
      const answer = await fetch(`${getEndpoint()}/${bucket}`, { method: 'POST', body });
      return { status: answer.status, text: await answer.text() };
    }
  });
}
