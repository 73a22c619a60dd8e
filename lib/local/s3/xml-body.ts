import { checksumHeader, parseClaimedChecksum } from './checksum-headers.ts';
import { bodyOf } from './request-body.ts';
import { type ParsedElement, parseRequestXml } from './request-xml.ts';
import { digestOf } from './running-digest.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

/** More than 1,000 keys of 1,024 bytes need, and more than 10,000 parts with their checksums. */
const MAX_XML_BYTES = 8 * 1024 * 1024;

/**
 * Reads a request's small body as XML with the given root element, and checks the digests in its headers.
 * Throws S3Error MalformedXML, EntityTooLarge, BadDigest or InvalidRequest.
 */
export async function readXmlBody(request: S3Request, root: string): Promise<ParsedElement> {
  const body = await readBody(request);
  await checkChecksum(request, body);
  return parseRequestXml(body.toString('utf8'), root);
}

/** Like readXmlBody, but an empty body gives undefined. */
export async function readOptionalXmlBody(
  request: S3Request,
  root: string,
): Promise<ParsedElement | undefined> {
  const body = await readBody(request);
  await checkChecksum(request, body);
  return body.length === 0 ? undefined : parseRequestXml(body.toString('utf8'), root);
}

/** Like readXmlBody, for CompleteMultipartUpload: its checksum headers describe the object, not the body. */
export async function readCompletionBody(request: S3Request, root: string): Promise<ParsedElement> {
  return parseRequestXml((await readBody(request)).toString('utf8'), root);
}

async function readBody(request: S3Request): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of bodyOf(request)) {
    sizeBytes += piece.length;
    if (sizeBytes > MAX_XML_BYTES) {
      throw new S3Error('EntityTooLarge', `The XML body exceeds ${MAX_XML_BYTES} bytes.`);
    }
    pieces.push(piece);
  }
  const body = Buffer.concat(pieces);
  await checkMd5(request.headers.get('content-md5'), body);
  return body;
}

async function checkMd5(header: string | undefined, body: Buffer): Promise<void> {
  if (header === undefined || header === (await digestOf('MD5', body)).toString('base64')) return;
  throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
}

async function checkChecksum(request: S3Request, body: Buffer): Promise<void> {
  const claimed = parseClaimedChecksum(request.headers);
  if (claimed?.value === undefined) return;
  if (claimed.value !== (await digestOf(claimed.algorithm, body)).toString('base64')) {
    throw new S3Error(
      'BadDigest',
      `The ${checksumHeader(claimed.algorithm)} you specified did not match the calculated checksum.`,
    );
  }
}
