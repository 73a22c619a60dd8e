import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { commitOf, withRecord } from './record.ts';

/**
 * `npm run bench -- <name> [--record] [options]`: runs one benchmark. Without a name, lists them. With
 * --record, the output replaces the record in the benchmark's section of README.md beside this file.
 */
const folder = fileURLToPath(new URL('.', import.meta.url));
const README = `${folder}README.md`;
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

const [name, ...given] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  process.stderr.write(`Usage: npm run bench -- <${names.join('|')}> [--record] [options]\n`);
  process.exitCode = 2;
} else {
  const options = given.filter((option) => option !== '--record');
  process.exitCode = await run(name, options, options.length < given.length);
}

async function run(bench: string, options: readonly string[], isRecorded: boolean): Promise<number> {
  const load = loadavg()[0]!;
  const child = spawn(process.execPath, [`${folder}${bench}/run.ts`, ...options], {
    stdio: ['inherit', isRecorded ? 'pipe' : 'inherit', 'inherit'],
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (isRecorded && code === 0) {
    const record = {
      command: ['npm run bench --', bench, ...options].join(' '),
      machine: `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`,
      load,
      day: new Date().toISOString().slice(0, 10),
      commit: commitOf(folder),
      output,
    };
    writeFileSync(README, withRecord(readFileSync(README, 'utf8'), bench, record));
  }
  return code ?? 1;
}
