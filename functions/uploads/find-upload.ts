import type { S3Client } from '@aws-sdk/client-s3';
import { uploadId } from '../../lib/dataset/manifest.ts';
import { HttpError } from '../../lib/http/problem.ts';
import { parseRawKey } from '../../lib/names.ts';
import { receivedUnder } from '../../lib/registry/receipts.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { getUpload, type UploadEntry } from '../../lib/registry/uploads.ts';
import { listObjectVersions, versionIdOf } from '../../lib/storage/object-versions.ts';
import { headObject } from '../../lib/storage/objects.ts';
import {
  readTicket,
  TICKET_METADATA,
  TICKET_SECONDS,
  type UploadTicket,
} from '../../lib/storage/upload-ticket.ts';
import type { UploadsDependencies } from './dependencies.ts';

/** The version of an object that was sent with a ticket. */
export interface SentObject {
  readonly versionId: string | null;
  /** ISO 8601, UTC. */
  readonly lastModified: string;
}

/** What is known of an upload. */
export interface FoundUpload {
  readonly model: string;
  /** Undefined when it was not asked for by its ticket. */
  readonly ticket?: UploadTicket;
  /** Undefined when it has not arrived, or was not asked for by its ticket. */
  readonly sent?: SentObject;
  /** Undefined until its reading began. */
  readonly entry?: UploadEntry | undefined;
}

const UPLOAD_ID = /^[0-9a-f]{64}$/;

/**
 * Finds an upload by what `startUpload` gave, or by the id in the list of uploads.
 *
 * @throws HttpError 404 when neither names one
 */
export async function findUpload(model: string, id: string, deps: UploadsDependencies): Promise<FoundUpload> {
  if (UPLOAD_ID.test(id)) {
    const entry = await getUpload(deps.table, model, id);
    if (entry) return { model, entry };
    throw unknownUpload(model);
  }
  const ticket = readTicket(model, id);
  if (!ticket) throw unknownUpload(model);
  const sent = await findSent(deps.s3, deps.rawBucket, ticket);
  if (!sent) return { model, ticket };
  return { model, ticket, sent, entry: await entryOf(deps.table, model, ticket.key, sent) };
}

const unknownUpload = (model: string) =>
  new HttpError(
    404,
    'unknown_upload',
    `There is no such upload of "${model}". GET /models/${model}/uploads lists them; before a file is read, its id is what POST gave.`,
  );

/** A ledger's entry. The contract under which a table is read is part of its id; a contract has none. */
async function entryOf(
  table: RegistryTable,
  model: string,
  key: string,
  { versionId }: SentObject,
): Promise<UploadEntry | undefined> {
  const objectId = uploadId(key, versionId, null);
  if (parseRawKey(key).kind === 'contract') return await getUpload(table, model, objectId);
  const contract = await receivedUnder(table, { model, object_id: objectId });
  if (contract === undefined) return undefined;
  return await getUpload(table, model, uploadId(key, versionId, contract?.sha256 ?? null));
}

/** The difference between two clocks, and the longest time that a body takes to arrive. In milliseconds. */
const CLOCK_SKEW_MS = 5 * 60_000;
const LONGEST_SENDING_MS = 24 * 60 * 60_000;

/**
 * The newest version of the ticket's key that carries its nonce. Only versions of its size and time are asked
 * for their metadata, so an old ticket of a key with many versions costs no more than a new one.
 */
async function findSent(
  s3: S3Client,
  bucket: string,
  { key, sizeBytes, issuedSeconds, nonce }: UploadTicket,
): Promise<SentObject | undefined> {
  const fromMs = issuedSeconds * 1000 - CLOCK_SKEW_MS;
  const toMs = issuedSeconds * 1000 + TICKET_SECONDS * 1000 + LONGEST_SENDING_MS;
  for await (const version of listObjectVersions(s3, bucket, key)) {
    // Of all keys that begin with this one, it comes first.
    if (version.Key !== key) return undefined;
    const atMs = version.LastModified?.getTime() ?? 0;
    if (version.Size !== sizeBytes || atMs < fromMs || atMs > toMs) continue;
    const facts = await headObject(s3, { bucket, key, versionId: version.VersionId });
    if (facts?.metadata[TICKET_METADATA] === nonce)
      return { versionId: versionIdOf(version), lastModified: facts.lastModified };
  }
  return undefined;
}
