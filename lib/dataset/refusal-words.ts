import { oneLine } from '../text-safety.ts';

const MAX_MESSAGE_LENGTH = 1000;
const MAX_FIX_LENGTH = 500;

/**
 * Formats a refusal in one line for the ledger: `<code>: <message>; <fix>`, each part cut. report.json has
 * the full texts.
 */
export function refusalWords(refusal: {
  readonly code: string;
  readonly message: string;
  /** Absent from reports of releases that gave none. */
  readonly fix?: string | null | undefined;
}): string {
  const { code, message, fix } = refusal;
  const said = `${code}: ${oneLine(message, MAX_MESSAGE_LENGTH)}`;
  return fix ? `${said}; ${oneLine(fix, MAX_FIX_LENGTH)}` : said;
}
