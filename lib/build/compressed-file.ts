import { writeFileSync } from 'node:fs';
import { gzipSync } from 'fflate';

/**
 * Writes `<file>.gz`, as lib/http/static-page.ts serves it. Does not use zlib, whose bytes differ between x64
 * and arm64, nor its brotli: a package must be the same on both.
 */
export function writeCompressed(file: string, content: Uint8Array): void {
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9, mtime: 0 }));
}
