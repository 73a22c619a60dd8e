import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SECRET_RULE, secretBytes, secretText } from '../events/webhook-signature.ts';
import { StartError } from './stack.ts';

const NEW_SECRET_BYTES = 32;

/**
 * What events are signed with, from its file.
 *
 * @param isMade whether a missing file is made, with a new secret
 * @throws StartError when the file cannot be read, or holds no secret
 */
export async function webhookSecret(file: string, isMade: boolean): Promise<string> {
  const text = (await readOrMake(file, isMade)).trim();
  if (secretBytes(text)) return text;
  throw new StartError(`${file}: expected the secret of the webhook: ${SECRET_RULE}; got another text.`);
}

async function readOrMake(file: string, isMade: boolean): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' || !isMade)
      throw new StartError(`${file}: expected a file with the secret of the webhook, got ${code}.`);
    const made = secretText(randomBytes(NEW_SECRET_BYTES));
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, `${made}\n`, { mode: 0o600 });
    return made;
  }
}
