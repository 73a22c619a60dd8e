import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { acceptsGzip } from '../../lib/http/accept.ts';
import { HttpError } from '../../lib/http/problem.ts';
import type { HttpAnswer, HttpEvent, HttpRequest } from '../../lib/http/stack.ts';

/** The files that the page loads, with their content types. Nothing else is served. */
const FILES: Readonly<Record<string, string>> = {
  'page.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui-bundle.js.LICENSE.txt': 'text/plain; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/**
 * The page may load scripts and styles and send requests only from and to its own origin. The style sheet's
 * icons are data: URLs.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page names each file with a part of its hash, so a cached address never changes its content. */
const FOR_GOOD = 'public, max-age=31536000, immutable';

const inflate = promisify(gunzip);

/**
 * Serves the page at /docs and the files that it loads. The page shows the OpenAPI document and can send its
 * requests.
 *
 * @param folder where the build put the files, each compressed as `<name>.gz`; ends with a slash
 */
export function docsAnswers(folder: URL) {
  const answer = async (event: HttpEvent, name: string, headers: Readonly<Record<string, string>>) => {
    const compressed = await readFile(new URL(`${name}.gz`, folder));
    return binary(event, compressed, { 'x-content-type-options': 'nosniff', ...headers });
  };
  return {
    page: ({ event }: HttpRequest) =>
      answer(event, 'page.html', {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'referrer-policy': 'no-referrer',
      }),
    file: async ({ event }: HttpRequest) => {
      const name = event.pathParameters?.file ?? '';
      if (!Object.hasOwn(FILES, name))
        throw new HttpError(404, 'not_found', 'The page at /docs has no such file.');
      return answer(event, name, { 'content-type': FILES[name]!, 'cache-control': FOR_GOOD });
    },
  };
}

async function binary(
  event: HttpEvent,
  compressed: Buffer,
  headers: Readonly<Record<string, string>>,
): Promise<HttpAnswer> {
  const isGzip = acceptsGzip(event.headers['accept-encoding'] ?? '');
  const body = isGzip ? compressed : await inflate(compressed);
  return {
    statusCode: 200,
    headers: { ...headers, vary: 'accept-encoding', ...(isGzip ? { 'content-encoding': 'gzip' } : {}) },
    body: body.toString('base64'),
    isBase64Encoded: true,
  };
}
