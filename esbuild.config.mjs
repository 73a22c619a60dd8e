import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const node = fileURLToPath(new URL('node_modules/node/bin/node', import.meta.url));

// npm's scripts run on the Node that npm installed, which strips types. An older one that is called by hand
// hands on to it.
if (process.features.typescript) {
  const { main } = await import('./lib/build/main.ts');
  await main(process.argv.slice(2));
} else if (existsSync(node)) {
  const { error, status } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' });
  if (error) throw error;
  process.exitCode = status ?? 1;
} else {
  // The package "node" fetches its binary in an install script.
  process.stderr.write(
    `This needs Node 22.18 or newer, got ${process.version}. npm installs one by an install script, which was switched off: ` +
      'run `npm rebuild node --ignore-scripts=false`, or install Node 22.18 or newer yourself.\n',
  );
  process.exitCode = 1;
}
