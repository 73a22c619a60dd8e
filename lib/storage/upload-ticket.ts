import { RefusedFileError } from '../errors.ts';
import { parseFileKey, rawKeyFor } from '../names.ts';

/** How long a signed address for an upload holds. */
export const TICKET_SECONDS = 15 * 60;

/**
 * What was agreed when somebody asked for an address to send a file to. It is not stored: its id says all of
 * it, and the object carries its nonce. So addresses that nobody uses leave nothing behind.
 */
export interface UploadTicket {
  readonly key: string;
  readonly sizeBytes: number;
  /** Seconds since 1970. */
  readonly issuedSeconds: number;
  /** 128 random bits in base64url. */
  readonly nonce: string;
}

/** The object's metadata that names the ticket's nonce. */
export const TICKET_METADATA = 'upload-ticket';

/** The id by which the ticket's upload is asked for. */
export function ticketId({ key, sizeBytes, issuedSeconds, nonce }: UploadTicket): string {
  const text = [issuedSeconds.toString(36), sizeBytes.toString(36), nonce, key].join('.');
  return Buffer.from(text, 'utf8').toString('base64url');
}

const TICKET = /^([0-9a-z]{1,8})\.([0-9a-z]{1,8})\.([\w-]{22})\.(.+)$/su;

/** Reads an id. Undefined for any text that `ticketId` does not give for a file of this model. */
export function readTicket(model: string, id: string): UploadTicket | undefined {
  const [, issued = '', size = '', nonce = '', key = ''] =
    TICKET.exec(Buffer.from(id, 'base64url').toString('utf8')) ?? [];
  const ticket = {
    key,
    sizeBytes: Number.parseInt(size, 36),
    issuedSeconds: Number.parseInt(issued, 36),
    nonce,
  };
  // Node ignores characters that are not base64url, so an id must also be the one that its ticket has.
  return key !== '' && isKeyOf(model, key) && ticketId(ticket) === id ? ticket : undefined;
}

/** Whether a ticket can name the key: nobody shall ask for others by an id of their own making. */
function isKeyOf(model: string, key: string): boolean {
  const name = key.slice(key.lastIndexOf('/') + 1);
  try {
    return parseFileKey(key).model === model && rawKeyFor(model, name) === key;
  } catch (error) {
    if (error instanceof RefusedFileError) return false;
    throw error;
  }
}
