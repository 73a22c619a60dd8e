import { oneLine } from '../text-safety.ts';

const MAX_MESSAGE_LENGTH = 1000;
const MAX_FIX_LENGTH = 500;

/**
 * A refusal in one line, as the ledger keeps it: `<code>: <message>; <fix>`, each cut; report.json has all of
 * it.
 */
export function refusalWords(refusal: {
  readonly code: string;
  readonly message: string;
  /** Absent from reports of the releases that gave none. */
  readonly fix?: string | null | undefined;
}): string {
  const { code, message, fix } = refusal;
  const said = `${code}: ${oneLine(message, MAX_MESSAGE_LENGTH)}`;
  return fix ? `${said}; ${oneLine(fix, MAX_FIX_LENGTH)}` : said;
}
