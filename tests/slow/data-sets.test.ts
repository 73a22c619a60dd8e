import { readFile } from 'node:fs/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IngestReport } from '../../lib/dataset/report.ts';
import { eventually, startTestStack, type TestStack } from '../helpers/stack.ts';

const iris = await readFile(new URL('../../data/raw/iris.csv', import.meta.url), 'utf8');
const [header = '', ...rows] = iris.trimEnd().split('\n');

let stack: TestStack;
let s3: S3Client;
beforeAll(async () => {
  stack = await startTestStack();
  s3 = new S3Client({ endpoint: stack.urls.s3 });
});
afterAll(() => stack.dispose());

const put = (key: string, body: string | Uint8Array) =>
  s3.send(new PutObjectCommand({ Bucket: 'classifier-raw', Key: key, Body: body }));
const EMPTY = new Uint8Array(0);

const get = async <T>(path: string) => {
  const answer = await fetch(`${stack.urls.http}/models/${path}`);
  return { status: answer.status, body: (await answer.json()) as T };
};

interface Listed {
  readonly uploads: readonly {
    readonly upload_id: string;
    readonly key: string;
    readonly status: string;
    readonly detail: string | null;
  }[];
}
interface Versions {
  readonly versions: readonly { readonly artifact_sha256: string; readonly dataset_sha256: string }[];
}

const ended = (model: string, uploads: number) =>
  eventually(
    `the end of ${uploads} uploads of ${model}`,
    async () => {
      const { body } = await get<Listed>(`${model}/uploads`);
      const all = body.uploads ?? [];
      return all.length === uploads && all.every(({ status }) => !['received', 'accepted'].includes(status))
        ? all
        : undefined;
    },
    120_000,
  );

describe('a set of 50 parts in the raw bucket', () => {
  it('makes the version that one file makes, once, however often it is completed', async () => {
    await put('one/iris.csv', iris);
    const names = Array.from({ length: 50 }, (_, i) => `part-${String(i).padStart(5, '0')}.csv`);
    const text = (i: number) => [header, ...rows.slice(3 * i, 3 * i + 3)].join('\n');
    for (const i of names.keys()) await put(`many/2026-11/${names.at(-1 - i)}`, text(49 - i));
    await ended('one', 1);
    expect(await get('many/uploads')).toMatchObject({ status: 404 });
    await put('many/2026-11/_COMPLETE', EMPTY);
    await ended('many', 1);
    await put('many/2026-11/_COMPLETE', EMPTY);
    const uploads = await ended('many', 2);
    expect(uploads.map(({ key }) => key)).toEqual(['many/2026-11/_COMPLETE', 'many/2026-11/_COMPLETE']);
    const [one, many] = await Promise.all([get<Versions>('one/versions'), get<Versions>('many/versions')]);
    const [first] = one.body.versions;
    expect(many.body.versions).toMatchObject([
      { artifact_sha256: first!.artifact_sha256, dataset_sha256: first!.dataset_sha256 },
    ]);
    const { upload_id: id } = uploads[0]!;
    const state = await get(`many/uploads/${id}`);
    expect(state.body).toMatchObject({ is_done: true, rows: { accepted: 150 }, refusal: null });
    const report = await get<IngestReport>(`many/uploads/${id}/report`);
    expect(report.body.parts?.map(({ name, rows: { read } }) => [name, read])).toEqual(
      names.map((name) => [name, 3]),
    );
  }, 180_000);

  it('is refused as an upload is, with the part and the line, when one does not agree', async () => {
    await put('odd/s/a.csv', iris);
    await put('odd/s/b.csv', iris.replace('petal', 'leaf'));
    await put('odd/s/_SUCCESS', EMPTY);
    const [upload] = await ended('odd', 1);
    expect(upload).toMatchObject({ key: 'odd/s/_SUCCESS', status: 'refused' });
    const state = await get(`odd/uploads/${upload!.upload_id}`);
    expect(state.body).toMatchObject({
      state: 'refused',
      refusal: { code: 'parts', line: 1, message: expect.stringContaining('the part "b.csv", line 1') },
    });
  }, 60_000);
});
