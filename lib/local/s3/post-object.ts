import type { IncomingMessage } from 'node:http';
import { parseAttributes } from './object-attributes.ts';
import { checkPolicy } from './post-policy.ts';
import { DEFAULT_ALGORITHM, receiveCopy } from './request-body.ts';
import { checkKeyLength } from './request-target.ts';
import { S3Error } from './s3-error.ts';
import type { S3Context, S3Request, S3Response } from './s3-request.ts';
import { storeBody, versionHeader } from './store-object.ts';
import { xmlDocument } from './xml.ts';

/** A form is read into memory. S3 takes 5 GB. */
const MAX_FORM_BYTES = 64 * 1024 ** 2;

interface PostedForm {
  /** By lower-case name, without the file. */
  readonly fields: ReadonlyMap<string, string>;
  readonly file: Blob & { readonly name: string };
}

/** PostObject: a file and what to do with it, as a web page's form sends them. */
export async function postObject(context: S3Context, request: S3Request): Promise<S3Response> {
  await context.index.bucket(request.bucket);
  const { fields, file } = await readForm(request.message, request.headers.get('content-type') ?? '');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: S3 replaces it by the file's name
  const key = checkKeyLength((fields.get('key') ?? '').replaceAll('${filename}', file.name));
  if (key === '') throw new S3Error('InvalidArgument', "Bucket POST must contain a field named 'key'.");
  checkPolicy(new Map([...fields, ['bucket', request.bucket], ['key', key]]), file.size, context.now());
  const attributes = parseAttributes(fields);
  const bytes = Buffer.from(await file.arrayBuffer());
  const body = await receiveCopy(context.blobs, once(bytes), DEFAULT_ALGORITHM);
  const { version, bucket } = await storeBody(
    context,
    { ...request, key },
    { attributes, body },
    UNCONDITIONAL,
    'ObjectCreated:Post',
  );
  const { etag } = body;
  const headers = { etag: `"${etag}"`, ...versionHeader(bucket, version) };
  return answer(fields, { bucket: request.bucket, key, etag }, headers);
}

const UNCONDITIONAL = { mustBeAbsent: false, mustHaveEtag: undefined };

async function* once(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield bytes;
}

async function readForm(message: IncomingMessage, contentType: string): Promise<PostedForm> {
  const form = await parsed(await bodyOf(message), contentType);
  const fields = new Map<string, string>();
  let file: PostedForm['file'] | undefined;
  for (const [name, value] of form)
    if (typeof value === 'string') fields.set(name.toLowerCase(), value);
    else if (name.toLowerCase() === 'file') file = value;
  // A file without a name is a field like any other; its bytes are then a text.
  if (file) return { fields, file };
  throw new S3Error('InvalidArgument', 'POST requires exactly one file upload per request.');
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  // A reader that stops early keeps the connection open, so that the client can receive the error.
  for await (const chunk of message.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    sizeBytes += (chunk as Buffer).length;
    if (sizeBytes > MAX_FORM_BYTES)
      throw new S3Error(
        'EntityTooLarge',
        'Your proposed upload exceeds the maximum allowed size. (On this laptop a form takes 64 MiB: use PUT.)',
        { details: { MaxSizeAllowed: String(MAX_FORM_BYTES) } },
      );
  }
  return Buffer.concat(chunks);
}

/** Node's own reader of forms. */
async function parsed(body: Buffer, contentType: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new S3Error(
      'MalformedPOSTRequest',
      'The body of your POST request is not well-formed multipart/form-data.',
    );
  }
}

/** What a form asks for: a redirect, or one of three statuses; 204 by default. */
function answer(
  fields: PostedForm['fields'],
  { bucket, key, etag }: Readonly<Record<'bucket' | 'key' | 'etag', string>>,
  headers: Readonly<Record<string, string>>,
): S3Response {
  const redirect = URL.parse(fields.get('success_action_redirect') ?? '');
  if (redirect) {
    for (const [name, value] of Object.entries({ bucket, key, etag: `"${etag}"` }))
      redirect.searchParams.set(name, value);
    return { status: 303, headers: { ...headers, location: redirect.href } };
  }
  const status = fields.get('success_action_status');
  if (status === '200') return { status: 200, headers };
  if (status !== '201') return { status: 204, headers };
  const xml = xmlDocument('PostResponse', [
    ['Bucket', bucket],
    ['Key', key],
    ['ETag', `"${etag}"`],
  ]);
  return { status: 201, headers, xml };
}
