import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { snappyUncompress } from 'hyparquet';

/** Inflates to exactly `outputBytes` bytes, or throws. It never produces more. */
type Inflate = (input: Uint8Array, outputBytes: number) => Uint8Array;

/** Node's codecs accept a bound, and are faster than those in JavaScript. zlib refuses a bound of 0. */
const bounded =
  (inflate: (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array): Inflate =>
  (input, outputBytes) =>
    inflate(input, { maxOutputLength: Math.max(1, outputBytes) });

/** The supported codecs of Parquet's pages, by their names in the format. */
export const CODECS: Readonly<Record<string, Inflate>> = {
  UNCOMPRESSED: (input) => input,
  SNAPPY: (input, outputBytes) => {
    const output = new Uint8Array(outputBytes);
    snappyUncompress(input, output);
    return output;
  },
  GZIP: bounded(gunzipSync),
  BROTLI: bounded(brotliDecompressSync),
  ZSTD: bounded(zstdDecompressSync),
};
