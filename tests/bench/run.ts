import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `npm run bench -- <name> [options]`: runs one benchmark; without a name, says which there are. */
const folder = fileURLToPath(new URL('.', import.meta.url));
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

const [name, ...options] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  process.stderr.write(`Usage: npm run bench -- <${names.join('|')}> [options]\n`);
  process.exitCode = 2;
} else {
  const bench = spawn(process.execPath, [`${folder}${name}/run.ts`, ...options], { stdio: 'inherit' });
  bench.on('close', (code) => {
    process.exitCode = code ?? 1;
  });
}
