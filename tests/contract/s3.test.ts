import { afterAll, beforeAll } from 'vitest';
import { describeS3Contract } from './s3.ts';
import { openS3Fixture, type S3Fixture } from './s3-fixture.ts';
import { describePresignedContract } from './s3-presigned.ts';

let fixture: S3Fixture | undefined;
let endpoint = process.env.CONTRACT_ENDPOINT;

beforeAll(async () => {
  if (endpoint !== undefined) return;
  fixture = await openS3Fixture();
  endpoint = fixture.endpoint;
});

afterAll(() => fixture?.remove());

describeS3Contract(() => endpoint ?? '');
describePresignedContract(
  () => endpoint ?? '',
  () => fixture !== undefined,
);
