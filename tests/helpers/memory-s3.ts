import { Readable } from 'node:stream';
import { NoSuchKey, NotFound, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { sha256Hex } from '../../lib/sha256.ts';

type Input = Readonly<Record<string, unknown>>;

/** One S3 version of an object. */
interface StoredObject {
  readonly versionId: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/**
 * One versioned bucket in memory, with only the S3 operations that the registry uses, for thousands of
 * schedules. It replaces the laptop's S3, which takes 3 to 8 ms for each call. registry-schedules.test.ts
 * compares the two.
 */
export class MemoryS3 {
  readonly #objects = new Map<string, StoredObject[]>();
  #written = 0;
  /** Number of puts and deletions. */
  changes = 0;

  /**
   * A client whose calls are answered here, past the SDK.
   *
   * @param via passes a call on; it stands between a client and the bucket
   */
  client(via: (command: string, input: Input, send: () => Promise<unknown>) => Promise<unknown>): S3Client {
    const send = (command: { readonly input: object }) => {
      const [name, input] = [command.constructor.name, command.input as Input];
      return via(name, input, async () => this.#answer(name, input));
    };
    return { send } as unknown as S3Client;
  }

  /** The sha256 of the object at a key. */
  sha256At(key: string): string | undefined {
    return this.#objects.get(key)?.at(-1)?.sha256;
  }

  keys(): string[] {
    return [...this.#objects.keys()].sort();
  }

  #answer(command: string, input: Input): object {
    const key = String(input.Key);
    if (command === 'PutObjectCommand') return this.#put(key, input);
    if (command === 'HeadObjectCommand') {
      const { bytes, versionId } = this.#find(key, input, NotFound);
      return { ContentLength: bytes.length, VersionId: versionId, LastModified: new Date(0) };
    }
    if (command === 'GetObjectCommand') {
      const { bytes, versionId } = this.#find(key, input, NoSuchKey);
      const Body = Object.assign(Readable.from([bytes]), {
        transformToByteArray: async () => bytes,
        transformToString: async () => Buffer.from(bytes).toString(),
      });
      return { Body, ContentLength: bytes.length, VersionId: versionId };
    }
    if (command === 'DeleteObjectCommand') return this.#delete(key, input);
    if (command === 'ListObjectVersionsCommand') return this.#list(String(input.Prefix ?? ''));
    throw new Error(`the test's S3 does not know ${command}`);
  }

  #put(key: string, input: Input): object {
    const versions = this.#objects.get(key) ?? [];
    if (input.IfNoneMatch === '*' && versions.length > 0) {
      const $metadata = { httpStatusCode: 412 };
      throw new S3ServiceException({ name: 'PreconditionFailed', $fault: 'client', $metadata });
    }
    const bytes = Buffer.from(input.Body as string | Uint8Array);
    const versionId = `id${String(++this.#written).padStart(6, '0')}`;
    this.changes += 1;
    versions.push({ versionId, bytes, sha256: sha256Hex(bytes) });
    this.#objects.set(key, versions);
    return { VersionId: versionId };
  }

  #find(key: string, { VersionId }: Input, missing: typeof NotFound | typeof NoSuchKey): StoredObject {
    const versions = this.#objects.get(key) ?? [];
    const found =
      VersionId === undefined ? versions.at(-1) : versions.find(({ versionId }) => versionId === VersionId);
    if (found) return found;
    if (VersionId !== undefined) throw missingVersion(key);
    throw new missing({ message: `${key} is not there`, $metadata: { httpStatusCode: 404 } });
  }

  #delete(key: string, { VersionId }: Input): object {
    if (VersionId === undefined) throw new Error(`the test's S3 puts no delete marker: ${key}`);
    const left = (this.#objects.get(key) ?? []).filter(({ versionId }) => versionId !== VersionId);
    this.changes += 1;
    if (left.length > 0) this.#objects.set(key, left);
    else this.#objects.delete(key);
    return { VersionId };
  }

  /** Newest first within a key, as in S3's listings. */
  #list(prefix: string): object {
    const keys = this.keys().filter((key) => key.startsWith(prefix));
    const versionsOf = (Key: string) =>
      this.#objects.get(Key)!.map(({ versionId }, i, all) => ({
        Key,
        VersionId: versionId,
        IsLatest: i === all.length - 1,
      }));
    return { Versions: keys.flatMap((key) => versionsOf(key).reverse()), IsTruncated: false };
  }
}

function missingVersion(key: string): S3ServiceException {
  const $metadata = { httpStatusCode: 404 };
  const message = `${key} has no such version`;
  return new S3ServiceException({ name: 'NoSuchVersion', message, $fault: 'client', $metadata });
}
