import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openS3Fixture } from '../contract/s3-fixture.ts';
import { MemoryS3 } from '../helpers/memory-s3.ts';
import { findFailure, openRegistryWorld, type RegistryWorld } from './registry-world.ts';

/** `npm run test:slow` has those that notice a missing mechanism, `test:deep -- registry` 10,000. */
const SCHEDULES = 12;

let world: RegistryWorld;
beforeAll(async () => {
  world = await openRegistryWorld();
});
afterAll(() => world.close());

describe('trainers, people and retention, interleaved, with lost calls, lost replies, late writes and deaths', () => {
  it(`break no rule of the registry (seeds 1 to ${SCHEDULES})`, async () => {
    for (let seed = 1; seed <= SCHEDULES; seed++) {
      const failure = await findFailure(world, { seed });
      const shown = failure && [JSON.stringify(failure.plan), ...failure.log].join('\n');
      expect(failure?.problems, `seed ${seed}\n${shown}`).toBeUndefined();
    }
  });
});

describe('the bucket of the schedules', () => {
  it("gives the same answers as the laptop's S3", async () => {
    const local = await openS3Fixture({ buckets: [{ name: 'models', versioned: true, notifications: [] }] });
    const memory = new MemoryS3().client((_command, _input, send) => send());
    try {
      expect(await answersOf(memory)).toEqual(await answersOf(local.client));
    } finally {
      await local.remove();
    }
  });
});

/** A bucket's answers to all operations of the registry, with version ids replaced by their order. */
async function answersOf(s3: S3Client): Promise<unknown[]> {
  const at = { Bucket: 'models', Key: 'm/a.knn' };
  const ids: string[] = [];
  const ordinal = (id: string | undefined) => (id === undefined ? undefined : ids.indexOf(id));
  const put = async (Body: string, Key = at.Key, IfNoneMatch?: string) => {
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket: at.Bucket, Key, Body, IfNoneMatch }));
    ids.push(VersionId!);
    return ids.length - 1;
  };
  const get = async (VersionId?: string) => {
    const { Body, ContentLength, VersionId: id } = await s3.send(new GetObjectCommand({ ...at, VersionId }));
    return [await Body!.transformToString(), ContentLength, ordinal(id)];
  };
  const head = async () => {
    const { ContentLength, VersionId } = await s3.send(new HeadObjectCommand(at));
    return [ContentLength, ordinal(VersionId)];
  };
  const list = async (Prefix: string) => {
    const { Versions = [], IsTruncated } = await s3.send(
      new ListObjectVersionsCommand({ Bucket: at.Bucket, Prefix }),
    );
    return [IsTruncated, Versions.map(({ Key, VersionId, IsLatest }) => [Key, ordinal(VersionId), IsLatest])];
  };
  const remove = async (id: number) => {
    await s3.send(new DeleteObjectCommand({ ...at, VersionId: ids[id]! }));
  };
  const steps: (() => Promise<unknown>)[] = [
    () => head(),
    () => get(),
    () => put('one', at.Key, '*'),
    () => put('two', at.Key, '*'),
    () => put('two'),
    () => put('other', 'm/b.knn', '*'),
    () => head(),
    () => get(),
    () => get(ids[0]),
    () => list('m/'),
    () => list('m/a'),
    () => list('x/'),
    () => remove(1),
    () => get(),
    () => get(ids[1]),
    () => remove(1),
    () => remove(0),
    () => head(),
    () => put('three', at.Key, '*'),
    () => list('m/'),
  ];
  const answers: unknown[] = [];
  for (const step of steps) answers.push(await step().catch(nameOf));
  return answers;
}

const nameOf = (error: unknown) => {
  const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
  return [name, $metadata?.httpStatusCode];
};
