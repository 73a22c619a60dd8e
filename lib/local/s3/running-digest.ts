import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';

/** The checksums of S3's `x-amz-checksum-*` headers that this S3 supports. */
export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];
export type DigestName = ChecksumAlgorithm | 'MD5';

/** A digest that is updated while bytes stream past. */
export interface RunningDigest {
  update(bytes: Uint8Array): void;
  digest(): Promise<Buffer>;
}

/** Starts an empty digest. Its result is in network byte order, as S3 encodes it in base64. */
export function startDigest(name: DigestName): RunningDigest {
  switch (name) {
    case 'CRC32':
      return startCrc32();
    case 'CRC32C':
      return wrap(new Crc32c());
    case 'CRC64NVME':
      return wrap(new Crc64Nvme());
    default:
      return startHash(name.toLowerCase());
  }
}

/** The digest of bytes that are already in memory. */
export function digestOf(name: DigestName, bytes: Uint8Array): Promise<Buffer> {
  const digest = startDigest(name);
  digest.update(bytes);
  return digest.digest();
}

function startHash(name: string): RunningDigest {
  const hash = createHash(name);
  return {
    update: (bytes) => void hash.update(bytes),
    digest: async () => hash.digest(),
  };
}

/** Node's own CRC-32 is about twenty times as fast as one in JavaScript, and SDKs send CRC-32 by default. */
function startCrc32(): RunningDigest {
  let value = 0;
  return {
    update: (bytes) => {
      value = crc32(bytes, value);
    },
    digest: async () => {
      const result = Buffer.alloc(4);
      result.writeUInt32BE(value);
      return result;
    },
  };
}

function wrap(checksum: { update(bytes: Uint8Array): void; digest(): Promise<Uint8Array> }): RunningDigest {
  return {
    update: (bytes) => checksum.update(bytes),
    digest: async () => Buffer.from(await checksum.digest()),
  };
}
