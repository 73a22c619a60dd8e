import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { acceptsGzip } from './accept.ts';
import { HttpError } from './problem.ts';
import type { HttpAnswer, HttpEvent, HttpRequest } from './stack.ts';

/** A page and the files that it loads. The build compressed each as `<name>.gz`. */
export interface StaticPage {
  /** Where the build put the files; ends with a slash. */
  readonly folder: URL;
  /** The file that is the page; it is served as the page only. */
  readonly html: string;
  readonly contentSecurityPolicy: string;
  /** Files whose names stay when their content changes. */
  readonly lasting?: readonly string[];
  /** Where the page is, for the answer to a file that it does not have. */
  readonly path: string;
}

/** Content types by ending. A file with another ending is not served: it is there for its licence. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
};

/** The page names each file with a part of its hash, so a cached address never changes its content. */
const FOR_GOOD = 'public, max-age=31536000, immutable';

const inflate = promisify(gunzip);

/** The handlers of a page's route, and of the route `.../{file}` of the files that it loads. */
export function staticPage({ folder, html, contentSecurityPolicy, path, lasting = [] }: StaticPage) {
  let listed: Promise<ReadonlySet<string>> | undefined;
  const isThere = async (name: string) => {
    listed ??= readdir(folder).then((files) => new Set(files));
    return (await listed).has(`${name}.gz`);
  };
  const answer = async (event: HttpEvent, name: string, headers: Readonly<Record<string, string>>) => {
    const compressed = await readFile(new URL(`${name}.gz`, folder));
    return binary(event, compressed, { 'x-content-type-options': 'nosniff', ...headers });
  };
  return {
    page: ({ event }: HttpRequest) =>
      answer(event, html, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': contentSecurityPolicy,
        'referrer-policy': 'no-referrer',
      }),
    file: async ({ event }: HttpRequest) => {
      const name = event.pathParameters?.file ?? '';
      const type = contentTypeOf(name);
      // Only names of the listing are read, so a name cannot lead out of the folder.
      if (type === undefined || !(await isThere(name)))
        throw new HttpError(404, 'not_found', `The page at ${path} has no such file.`);
      const cacheControl = lasting.includes(name) ? 'no-cache' : FOR_GOOD;
      return answer(event, name, { 'content-type': type, 'cache-control': cacheControl });
    },
  };
}

function contentTypeOf(name: string): string | undefined {
  const ending = name.slice(name.lastIndexOf('.') + 1);
  return Object.hasOwn(CONTENT_TYPES, ending) ? CONTENT_TYPES[ending] : undefined;
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
