#!/usr/bin/env node
// Completes package-lock.json after a lock made against a registry mirror that lacks the binary packages of
// other platforms. npm drops an optional dependency that it cannot find from the lock file, and `npm ci` then
// refuses the lock on every machine. This adds each missing one by name and version, and takes `os` and `cpu`
// from its name, so that other platforms can install it and this one skips it. Then every entry without a
// checksum gets the one that the registry publishes. Run it after `npm install --package-lock-only`.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const OS_NAMES = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const CPU_NAMES = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'x64',
  'wasm32',
];

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = [];
for (const [path, parent] of Object.entries({ ...lock.packages })) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const known = [`${path}/node_modules/${name}`, `node_modules/${name}`].some((at) => lock.packages[at]);
    if (known) continue;
    const words = name.split(/[/-]/);
    const os = OS_NAMES.filter((candidate) => words.includes(candidate));
    const cpu = CPU_NAMES.filter((candidate) => words.includes(candidate)).slice(0, 1);
    if (os.length === 0 && cpu.length === 0) {
      console.error(`${name}: no platform in its name; add it to package-lock.json by hand`);
      process.exitCode = 1;
      continue;
    }
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(cpu.length ? { cpu } : {}),
      ...(parent.dev ? { dev: true } : {}),
      ...(name.includes('musl') ? { libc: ['musl'] } : name.includes('gnu') ? { libc: ['glibc'] } : {}),
      optional: true,
      ...(os.length ? { os } : {}),
    };
    added.push(name);
  }
}
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path === '' || entry.link || entry.integrity) continue;
  const name = path.replace(/^.*node_modules\//, '');
  const { version, ...rest } = entry;
  const published = execFileSync('npm', ['view', `${name}@${version}`, 'dist.integrity'], {
    encoding: 'utf8',
  });
  lock.packages[path] = { version, integrity: published.trim(), ...rest };
}
const packages = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
console.log(`${added.length} optional platform packages added`);
