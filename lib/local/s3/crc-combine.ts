/** A reflected CRC whose register starts with all ones and is xored with all ones at the end. */
export interface CrcParameters {
  readonly widthBits: number;
  /** The generator polynomial, reflected, without its leading term. */
  readonly polynomial: bigint;
}

/** The CRCs that S3 can compute for a whole object from the CRCs of its parts. */
export const CRC_PARAMETERS = {
  CRC32: { widthBits: 32, polynomial: 0xedb88320n },
  CRC32C: { widthBits: 32, polynomial: 0x82f63b78n },
  CRC64NVME: { widthBits: 64, polynomial: 0x9a6c9329ac4bc9b5n },
} as const satisfies Record<string, CrcParameters>;

/**
 * The CRC of a concatenation, from the CRCs and sizes of its pieces, without reading their bytes.
 *
 * A CRC is linear: crc(A || B) = crc(A) * x^(8 |B|) mod P, xor crc(B); the all-ones start and end cancel out.
 * Source: crc32_combine in zlib's crc32.c, here for any width.
 */
export function combineCrcs(
  parameters: CrcParameters,
  pieces: Iterable<{ readonly crc: bigint; readonly sizeBytes: number }>,
): bigint {
  const shiftBySize = new Map<number, bigint>();
  let combined = 0n;
  for (const { crc, sizeBytes } of pieces) {
    let shift = shiftBySize.get(sizeBytes);
    if (shift === undefined) {
      shift = powerOfX(parameters, BigInt(sizeBytes) * 8n);
      // All parts of an upload but the last usually have one size, so the power is computed at most twice.
      shiftBySize.set(sizeBytes, shift);
    }
    combined = multiply(parameters, combined, shift) ^ crc;
  }
  return combined;
}

/** x^exponent mod P by repeated squaring. Reflected: the highest bit is x^0, the one below it x^1. */
function powerOfX(parameters: CrcParameters, exponent: bigint): bigint {
  const one = 1n << BigInt(parameters.widthBits - 1);
  let power = one;
  let square = one >> 1n;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) power = multiply(parameters, power, square);
    square = multiply(parameters, square, square);
  }
  return power;
}

/** a * b mod P over GF(2), with bits in reflected order. */
function multiply(parameters: CrcParameters, a: bigint, b: bigint): bigint {
  let product = 0n;
  let shifted = b;
  for (let bit = 1n << BigInt(parameters.widthBits - 1); bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ parameters.polynomial : shifted >> 1n;
  }
  return product;
}
