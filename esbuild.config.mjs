import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// npm's scripts run on the Node that npm installed, which strips types. An older one that is called by hand
// hands on to it.
if (process.features.typescript) {
  const { main } = await import('./lib/build/main.ts');
  await main(process.argv.slice(2));
} else {
  const node = fileURLToPath(new URL('node_modules/node/bin/node', import.meta.url));
  const { error, status } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' });
  if (error) throw error;
  process.exitCode = status ?? 1;
}
