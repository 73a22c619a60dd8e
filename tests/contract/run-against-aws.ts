import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const SIGNING_MOTO = fileURLToPath(new URL('signing_moto.py', import.meta.url));

/**
 * `npm run test:aws`: runs the contract suites against an AWS that this project did not write.
 * AWS_ENDPOINT_URL names a running one. Without it, moto is started on a free port and stopped afterwards,
 * with botocore's look at signed addresses before it. Exit code 2 when neither is available.
 */
async function main(): Promise<number> {
  const given = process.env.AWS_ENDPOINT_URL;
  if (given) return runSuites(given);
  if (spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).error) {
    process.stderr.write(
      'test:aws needs an AWS to run against: set AWS_ENDPOINT_URL, or install moto (pip install "moto[server]").\n',
    );
    return 2;
  }
  const port = await freePort();
  const moto = spawn('python3', [SIGNING_MOTO, '-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  try {
    const endpoint = `http://127.0.0.1:${port}`;
    await answering(endpoint, moto);
    return await runSuites(endpoint);
  } finally {
    moto.kill();
  }
}

function runSuites(endpoint: string): Promise<number> {
  process.stdout.write(`Contract suites against ${endpoint}\n`);
  const { AWS_ENDPOINT_URL: _, ...environment } = process.env;
  const vitest = spawn('vitest', ['run', 'tests/contract'], {
    stdio: 'inherit',
    env: { ...environment, CONTRACT_ENDPOINT: endpoint },
  });
  return new Promise((resolve, reject) => {
    vitest.on('error', reject);
    vitest.on('close', (code) => resolve(code ?? 1));
  });
}

async function answering(endpoint: string, moto: ChildProcess): Promise<void> {
  const deadlineMs = Date.now() + 60_000;
  while (moto.exitCode === null && Date.now() < deadlineMs) {
    const up = await fetch(`${endpoint}/moto-api/`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`moto_server did not answer at ${endpoint}`);
}

function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

process.exitCode = await main();
