const ENCODED_WORD = /=\?(utf-8|iso-8859-1|us-ascii)\?([bq])\?([^?\s]*)\?=/gi;
const NOT_ASCII = /[\u0080-\uffff]/;

/**
 * The text that an uploader meant by a value of an object's metadata. HTTP headers are ASCII: what is not
 * comes back from S3 in the encoded words of RFC 2047, from other servers as bytes of UTF-8 read as Latin-1,
 * and from careful uploaders percent-encoded, which counts only where it is needed: `100%25` is a text of its
 * own.
 */
export function metadataText(value: string): string {
  // White space between encoded words is no part of the text.
  const joined = value.replace(/(\?=)\s+(?==\?)/g, '$1');
  const words = joined.replace(ENCODED_WORD, (_, charset: string, encoding: string, text: string) =>
    new TextDecoder(charset).decode(
      encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : quoted(text),
    ),
  );
  if (words !== joined) return words;
  if (NOT_ASCII.test(value)) return isLatin1(value) ? (utf8(Buffer.from(value, 'latin1')) ?? value) : value;
  const decoded = percentDecoded(value);
  return decoded !== undefined && NOT_ASCII.test(decoded) ? decoded : value;
}

const isLatin1 = (text: string) => [...text].every((character) => character.charCodeAt(0) <= 0xff);

/** The bytes of RFC 2047's "Q" encoding: `_` is a space, `=C3` a byte. */
function quoted(text: string): Buffer {
  const bytes = text
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return Buffer.from(bytes, 'latin1');
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

/**
 * A text as a value of an object's metadata, so that `metadataText` gives the same text back: as it is, or as
 * an encoded word of RFC 2047 where HTTP would change it, or where it would be taken for something else.
 */
export function metadataValue(text: string): string {
  const isPlain = PLAIN.test(text) && metadataText(text) === text;
  return isPlain ? text : `=?utf-8?B?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}
