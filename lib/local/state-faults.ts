import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { oneLine } from '../text-safety.ts';

const MAX_REASON_LENGTH = 300;
const MAX_CAUSES = 5;

/** Errors of the system that no more fits, by code, and as LevelDB words them. */
const FULL = /\b(ENOSPC|EDQUOT)\b|No space left on device|Disk quota exceeded/;
const READ_ONLY = /\bEROFS\b|Read-only file system/;
/** These may be about something else than the state: they count where they name its folder. */
const FORBIDDEN = /\b(EACCES|EPERM)\b|Permission denied|Operation not permitted/;
const BROKEN = /\b(EIO|ENOTDIR|EISDIR|EEXIST)\b|Input\/output error|Not a directory|File exists/;
/** What LevelDB finds itself: wrong blocks, records that are no JSON, files that are gone. */
const CORRUPT = /\bLEVEL_(CORRUPTION|DECODE_ERROR)\b|\bCorruption: |\bmissing files\b/;

/**
 * One sentence about a disk or a state folder that cannot be used, with what to do; undefined for an error
 * that has another cause.
 *
 * @param error any thrown value, or the text of an error of another thread
 * @param folder absolute path of the folder of all state
 */
export function stateFault(error: unknown, folder: string): string | undefined {
  const text = wholeText(error);
  if (FULL.test(text))
    return `The disk that holds ${folder} is full: free some space and run \`npm start\` again, or pass --state <folder on another disk>.`;
  if (READ_ONLY.test(text) || (FORBIDDEN.test(text) && text.includes(folder)))
    return `${folder} cannot be written to: make it writable for this user, or pass --state <another folder>.`;
  if (CORRUPT.test(text) || (BROKEN.test(text) && text.includes(folder))) return damagedState('', folder);
  return undefined;
}

/** @param what is damaged, where it is known */
export const damagedState = (what: string, folder: string): string =>
  `The state in ${folder} is damaged${what === '' ? '' : ` (${what})`}: ${WHEN_DAMAGED}`;

/** A sentence about whatever kept the system from starting. */
export function startFault(error: unknown, folder: string): string {
  const reason = oneLine(error instanceof Error ? error.message : String(error), MAX_REASON_LENGTH);
  return (
    stateFault(error, folder) ??
    `It did not start: ${reason}. If the state in ${folder} is damaged, ${WHEN_DAMAGED}`
  );
}

/** An unforeseen error for people, with the places in the program that it passed. */
export function faultText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [oneLine(`${error.name}: ${error.message}`, MAX_REASON_LENGTH), ...frames].join('\n');
}

const WHEN_DAMAGED =
  'put a copy of the folder back, or run `npm start -- --reset`, which deletes all uploads and models.';

/**
 * Codes, paths and messages of an error and of its causes: LevelDB puts what happened into the cause.
 * Messages count only where the system or LevelDB wrote them, since others may quote a client.
 */
function wholeText(error: unknown): string {
  const texts: string[] = [];
  for (let each = error; each !== undefined && each !== null && texts.length < MAX_CAUSES; ) {
    if (typeof each === 'string') return [...texts, each].join('\n');
    const { code = '', path = '', message = '', syscall, cause } = each as NodeJS.ErrnoException;
    if (syscall !== undefined || code.startsWith('LEVEL_')) texts.push(`${code} ${path} ${message}`);
    else texts.push('');
    each = cause;
  }
  return texts.join('\n');
}

/**
 * What LevelDB passed over when it opened a database: it drops what it cannot read of its newest log, goes
 * on, and only tells its own file `LOG`. A log that ends within a record is no damage: so a kill leaves it.
 *
 * @param folder of the database, after it was opened
 * @param contents in the message: what the database holds
 */
export async function droppedRecords(folder: string, contents: string): Promise<string | undefined> {
  const log = await readFile(join(folder, 'LOG'), 'utf8');
  const dropped = [...log.matchAll(/dropping (\d+) bytes/g)].reduce(
    (sum, [, bytes]) => sum + Number(bytes),
    0,
  );
  if (dropped === 0) return undefined;
  return `${contents} was damaged: ${dropped} bytes of the log in ${folder} could not be read, so the newest changes may be lost. Put a copy of the folder back, or compare what is there with what you know.`;
}
