import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What the folder of all state holds. */
export const STATE_FOLDERS = ['state', 's3', 'dynamodb', 'dead-letters', 'functions'] as const;

/** A file beside them, which deleting the state leaves: whoever checks signatures by it goes on. */
export const WEBHOOK_SECRET_FILE = 'webhook-secret';

const OWNER_ONLY = 0o700;
const FOR_OTHERS = 0o077;

/**
 * Makes the folder of all state and those in it, which hold every uploaded value, for nobody but their owner;
 * folders that an earlier release left open are closed. A folder that somebody else uses, too, such as
 * `/tmp`, keeps its mode.
 */
export async function makeStateFolders(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: OWNER_ONLY });
  if (strangersIn(await readdir(folder)).length === 0) await close(folder);
  for (const name of STATE_FOLDERS) {
    await mkdir(join(folder, name), { recursive: true, mode: OWNER_ONLY });
    await close(join(folder, name));
  }
}

/** The entries of a state folder that are not of this project. */
export const strangersIn = (names: readonly string[]): string[] =>
  names.filter((name) => ![...STATE_FOLDERS, WEBHOOK_SECRET_FILE].some((known) => known === name));

/** Not every file system has modes: it is asked for only where there is something to close. */
async function close(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  if ((mode & FOR_OTHERS) !== 0) await chmod(folder, OWNER_ONLY);
}
