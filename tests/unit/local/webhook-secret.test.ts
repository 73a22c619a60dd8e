import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretBytes } from '../../../lib/events/webhook-signature.ts';
import { strangersIn } from '../../../lib/local/state-folder.ts';
import { webhookSecret } from '../../../lib/local/webhook-secret.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-secret-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the secret of the webhook', () => {
  it('is made once, for its owner only, and is no stranger in the state folder', async () => {
    const file = join(folder, 'state', 'webhook-secret');
    const made = await webhookSecret(file, true);
    expect(secretBytes(made)).toHaveLength(32);
    expect(await webhookSecret(file, true)).toBe(made);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(strangersIn(['webhook-secret'])).toEqual([]);
  });

  it('is read from a file of its own, which is not made', async () => {
    const file = join(folder, 'own');
    await expect(webhookSecret(file, false)).rejects.toThrow(`${file}: expected a file`);
    const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    await writeFile(file, `${secret}\n`);
    expect(await webhookSecret(file, false)).toBe(secret);
    expect(await readFile(file, 'utf8')).toBe(`${secret}\n`);
  });

  it.each(['', 'secret', `whsec_${Buffer.alloc(23).toString('base64')}`, 'whsec_!!!'])(
    'is refused, and not shown, as %j',
    async (text) => {
      const file = join(folder, 'bad');
      await writeFile(file, text);
      const refused = await webhookSecret(file, true).catch((error: Error) => error.message);
      expect(refused).toContain('whsec_ and the base64');
      if (text.length > 8) expect(refused).not.toContain(text);
    },
  );
});
