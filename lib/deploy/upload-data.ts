import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { S3Client } from '@aws-sdk/client-s3';
import { COMMAND_CALLS } from '../aws/client-limits.ts';
import { EXIT, runCommand } from '../cli/run-command.ts';
import { standardError, standardOutput } from '../terminal.ts';
import { readDeployment } from './deployment.ts';
import { uploadRawFiles } from './upload-raw-files.ts';

const USAGE = `Usage: npm run upload-data -- --outputs <file> [<folder>]

Uploads the tables and contracts below a folder to the raw bucket, each under its path.
Files that are already there are left alone.

  <folder>          default data/raw
  --outputs <file>  the output of \`terraform output -json\`

Exit codes: 0 done, 1 failure, 2 wrong usage.
`;

interface UploadOptions {
  readonly folder: string;
  readonly outputs: string;
}

function parseCommandLine(args: readonly string[]): UploadOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { outputs: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) return undefined;
  if (values.outputs === undefined)
    throw new TypeError('--outputs: expected a file with the output of `terraform output -json`');
  if (positionals.length > 1) throw new TypeError(`expected one folder, got also "${positionals[1]}"`);
  return { folder: positionals[0] ?? 'data/raw', outputs: values.outputs };
}

async function upload({ folder, outputs }: UploadOptions): Promise<number> {
  const { rawBucket } = readDeployment(await readFile(outputs, 'utf8'));
  const say = (line: string) => standardError.line(line);
  const uploaded = await uploadRawFiles(new S3Client(COMMAND_CALLS), folder, rawBucket, say);
  standardOutput.json({ uploaded });
  return EXIT.ok;
}

process.exitCode = await runCommand(
  { usage: USAGE, parse: parseCommandLine, run: upload },
  process.argv.slice(2),
);
