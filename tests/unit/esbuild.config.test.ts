import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const CONFIG = fileURLToPath(new URL('../../esbuild.config.mjs', import.meta.url));

describe('npm start on an old Node, where npm ran no install scripts', () => {
  it('says in one sentence what to do', () => {
    const folder = mkdtempSync(join(tmpdir(), 'classifier-scripts-'));
    cpSync(CONFIG, join(folder, 'esbuild.config.mjs'));
    // A Node that strips no types stands for one that cannot.
    const args = ['--no-experimental-strip-types', 'esbuild.config.mjs', '--quiet'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect({ status, stdout, lines: stderr.trim().split('\n') }).toEqual({
      status: 1,
      stdout: '',
      lines: [
        expect.stringMatching(/^This needs Node 22\.18 or newer.*npm rebuild node --ignore-scripts=false/),
      ],
    });
  });
});
