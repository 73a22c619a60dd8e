import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * `npm run test:deep [-- <name> [options]]`: the searches at full length. Each prints its seed and its
 * progress, and `--seed` continues from there. Without a name, all run one after the other.
 */
const folder = fileURLToPath(new URL('.', import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();

function run(name: string, options: readonly string[]): Promise<number> {
  process.stdout.write(`== ${name}\n`);
  const search = spawn(process.execPath, [`${folder}${name}.ts`, ...options], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    search.on('error', reject);
    search.on('close', (code) => resolve(code ?? 1));
  });
}

const [name, ...options] = process.argv.slice(2);
if (name !== undefined && !names.includes(name)) {
  process.stderr.write(`Usage: npm run test:deep [-- <${names.join('|')}> [options]]\n`);
  process.exitCode = 2;
} else {
  const codes: number[] = [];
  for (const each of name === undefined ? names : [name]) codes.push(await run(each, options));
  process.exitCode = Math.max(...codes);
}
