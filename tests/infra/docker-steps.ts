import { spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assignments, type Instruction, isIgnored, parseDockerfile, type Stage } from './dockerfile.ts';

/**
 * `node tests/infra/docker-steps.ts`: runs the Dockerfile's steps one by one on machines without a Docker
 * engine. Each stage gets its own root, an overlay of this machine's root with the base image's Node and npm.
 * Each step runs in it as the Dockerfile's user. Then the command is started, its health check is called, and
 * a prediction is made, in a separate network.
 *
 * It cannot show that the base images exist and contain what is expected, how large layers are, or that an
 * engine reads the Dockerfile and docker-compose.yml in the same way. Exit code 2 when it cannot run: it
 * needs Linux, root, unshare, chroot and curl.
 */
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const NODE_USER = 1000;
/** The npm of node:22-bookworm-slim, beside Node 22.23.3. */
const NPM_VERSION = '10.9.9';

function main(): number {
  const missing = missingHere();
  if (missing !== undefined) {
    process.stderr.write(`docker-steps: cannot run here: ${missing}\n`);
    return 2;
  }
  // Mounts of a separate namespace disappear with it, however this process ends.
  if (process.env.DOCKER_STEPS_NAMESPACE === undefined) {
    const again = ['--mount', '--propagation', 'private', process.execPath, fileURLToPath(import.meta.url)];
    const { status } = spawnSync('unshare', again, {
      stdio: 'inherit',
      env: { ...process.env, DOCKER_STEPS_NAMESPACE: '1' },
    });
    return status ?? 1;
  }
  const work = mkdtempSync(join(tmpdir(), 'docker-steps-'));
  try {
    build(work);
    return 0;
  } finally {
    spawnSync('sh', ['-c', `grep -o '${work}[^ ]*' /proc/self/mounts | sort -r | xargs -r -n1 umount`]);
    rmSync(work, { recursive: true, force: true, maxRetries: 5 });
  }
}

function missingHere(): string | undefined {
  if (process.platform !== 'linux') return `it needs Linux, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'it needs root, to give each stage a root of its own';
  for (const tool of ['unshare', 'chroot', 'curl', 'ip', 'npm'])
    if (spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0) return `${tool} is not installed`;
  if (spawnSync('unshare', ['--mount', '--net', 'true']).status !== 0) return 'unshare is not allowed';
  return undefined;
}

function build(work: string): void {
  const context = join(work, 'context');
  copyContext(context);
  const base = baseLayer(join(work, 'base'));
  const stages = parseDockerfile(readFileSync(join(PROJECT, 'Dockerfile'), 'utf8'));
  const roots = new Map<string, string>();
  for (const stage of stages) {
    process.stdout.write(`\nStage ${stage.name}, from ${stage.base}\n`);
    roots.set(stage.name, mountRoot(join(work, stage.name), base));
    runStage(stage, roots, context);
  }
  const files = (folder: string) => spawnSync('find', [folder, '-type', 'f'], { encoding: 'utf8' }).stdout;
  const lambda = files(join(roots.get('lambda')!, 'var/task'));
  if (!/\/var\/task\/handler\.mjs\n/.test(lambda))
    throw new Error(`lambda: expected /var/task/handler.mjs, found ${lambda || 'nothing'}`);
  const server = files(join(roots.get('serve')!, 'app'));
  for (const file of ['/app/serve.mjs', '/app/predict/handler.mjs'])
    if (!server.includes(`${file}\n`))
      throw new Error(`serve: expected ${file}, found ${server || 'nothing'}`);
  const trainer = files(join(roots.get('train')!, 'app'));
  for (const file of ['/app/train.mjs', '/app/train-process.mjs', '/app/train/handler.mjs'])
    if (!trainer.includes(`${file}\n`))
      throw new Error(`train: expected ${file}, found ${trainer || 'nothing'}`);
  serve(stages.find(({ name }) => name === 'runtime')!, roots.get('runtime')!);
}

/** Copies the files that git would commit, except those that .dockerignore excludes. */
function copyContext(context: string): void {
  const ignore = readFileSync(join(PROJECT, '.dockerignore'), 'utf8');
  const listed = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: PROJECT,
    encoding: 'utf8',
  });
  const paths = listed.stdout
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(PROJECT, path)) && !isIgnored(ignore, path));
  if (paths.length === 0) throw new Error('expected files in the build context, found none');
  for (const path of paths) cpSync(join(PROJECT, path), join(context, path));
  process.stdout.write(`Context: ${paths.length} files\n`);
}

/** Adds the parts of the base image that this machine may lack: Node, npm, and the user `node`. */
function baseLayer(layer: string): string {
  mkdirSync(join(layer, 'usr/local/bin'), { recursive: true });
  mkdirSync(join(layer, 'etc'), { recursive: true });
  cpSync(process.execPath, join(layer, 'usr/local/bin/node'));
  const others = (file: string, id: string) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && line.split(':')[2] !== id && !line.startsWith('node:'));
  const id = String(NODE_USER);
  writeFileSync(
    join(layer, 'etc/passwd'),
    [...others('/etc/passwd', id), `node:x:${id}:${id}::/home/node:/bin/bash`, ''].join('\n'),
  );
  writeFileSync(join(layer, 'etc/group'), [...others('/etc/group', id), `node:x:${id}:`, ''].join('\n'));
  mkdirSync(join(layer, 'home/node'), { recursive: true });
  chownSync(join(layer, 'home/node'), NODE_USER, NODE_USER);
  command('npm', [
    'install',
    '--global',
    '--prefix',
    join(layer, 'usr/local'),
    '--no-audit',
    '--no-fund',
    `npm@${NPM_VERSION}`,
  ]);
  return layer;
}

function mountRoot(folder: string, base: string): string {
  const [upper, scratch, root] = ['upper', 'scratch', 'root'].map((name) => join(folder, name));
  for (const path of [upper!, scratch!, root!]) mkdirSync(path, { recursive: true });
  // Copied instead of mounted as a layer: it is below this machine's root, and layers must not overlap.
  command('cp', ['-a', `${base}/.`, upper!]);
  command('mount', [
    '-t',
    'overlay',
    'overlay',
    '-o',
    `lowerdir=/,upperdir=${upper},workdir=${scratch}`,
    root!,
  ]);
  for (const path of ['proc', 'dev']) command('mount', ['--rbind', `/${path}`, join(root!, path)]);
  command('mount', ['-t', 'tmpfs', 'tmpfs', join(root!, 'tmp')]);
  return root!;
}

/** The state of a stage: its user, folder and environment. */
interface StageState {
  user: string;
  folder: string;
  environment: Record<string, string>;
}

function runStage(stage: Stage, roots: ReadonlyMap<string, string>, context: string): StageState {
  const root = roots.get(stage.name)!;
  const state: StageState = { user: 'root', folder: '/', environment: {} };
  for (const step of stage.instructions) {
    process.stdout.write(
      `  ${step.line}: ${step.name} ${step.text}${step.name === 'RUN' ? ` (as ${state.user})` : ''}\n`,
    );
    runStep(step, state, root, roots, context);
  }
  return state;
}

function runStep(
  step: Instruction,
  state: StageState,
  root: string,
  roots: ReadonlyMap<string, string>,
  context: string,
): void {
  switch (step.name) {
    case 'USER':
      state.user = step.text;
      return;
    case 'WORKDIR':
      state.folder = step.text;
      mkdirSync(join(root, step.text), { recursive: true });
      return;
    case 'ENV':
      Object.assign(state.environment, assignments(step.words));
      return;
    case 'RUN':
      command('chroot', inRoot(root, state, ['sh', '-c', step.text]), environmentOf(state));
      return;
    case 'COPY':
      copy(step, state, root, roots, context);
      return;
    default:
      return;
  }
}

function copy(
  { words, options }: Instruction,
  state: StageState,
  root: string,
  roots: ReadonlyMap<string, string>,
  context: string,
): void {
  const paths = words.slice(0, -1);
  const target = words.at(-1)!;
  const source = options.from === undefined ? context : roots.get(options.from)!;
  const intoFolder = target.endsWith('/') || paths.length > 1;
  for (const path of paths) {
    const at = join(source, path);
    const isFolder = statSync(at).isDirectory();
    const place = join(
      root,
      target.startsWith('/') ? '' : state.folder,
      target,
      intoFolder && !isFolder ? basename(path) : '',
    );
    mkdirSync(dirname(place), { recursive: true });
    // Links are not followed, and a folder's contents are copied, not the folder itself.
    command('cp', ['-r', '-P', '-T', at, place]);
    command('chown', ['-R', '-h', options.chown === undefined ? '0:0' : `${NODE_USER}:${NODE_USER}`, place]);
  }
}

function inRoot(root: string, { user, folder }: StageState, words: readonly string[]): string[] {
  const who = user === 'root' ? '0:0' : user === 'node' ? `${NODE_USER}:${NODE_USER}` : user;
  return [`--userspec=${who}`, '--groups=', root, 'sh', '-c', `cd '${folder}' && exec "$0" "$@"`, ...words];
}

/** Of this machine's environment, only the variables that reach the package registry. */
function environmentOf({ user, environment }: StageState): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) =>
    /^(https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE)$/i.test(name),
  );
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: user === 'root' ? '/root' : '/home/node',
    ...environment,
  };
}

/**
 * Starts the image's command as an engine would, and retries the health check and a prediction until both
 * succeed.
 */
function serve(stage: Stage, root: string): void {
  const words = (name: string) => {
    const { text } = stage.instructions.find((step) => step.name === name)!;
    return JSON.parse(text.slice(text.indexOf('['))) as string[];
  };
  const state: StageState = { user: 'root', folder: '/', environment: {} };
  for (const step of stage.instructions)
    if (['USER', 'WORKDIR', 'ENV'].includes(step.name)) runStep(step, state, root, new Map(), '');
  const quoted = (list: readonly string[]) =>
    list.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const chroot = (name: string) => `chroot ${quoted(inRoot(root, state, words(name)))}`;
  const script = `set -eu
    ip link set lo up
    ${chroot('CMD')} & server=$!
    trap 'kill -TERM $server 2>/dev/null || true; wait $server || true' EXIT
    tries=0
    until ${chroot('HEALTHCHECK')}; do
      tries=$((tries + 1)); [ $tries -lt 60 ] || { echo 'expected the health check to pass, got none in 60 tries' >&2; exit 1; }
      kill -0 $server; sleep 2
    done
    echo "Healthy; the server runs as uid $(awk '/^Uid:/ { print $2 }' /proc/$server/status)"
    curl --fail --silent --show-error http://localhost:8000/predict --json '{"features":[5.1,3.5,1.4,0.2]}'
    echo
    kill -TERM $server; wait $server; trap - EXIT
    echo "Ended on SIGTERM with exit code $?; in /state: $(ls '${root}/state' | tr '\\n' ' ')"`;
  process.stdout.write('\nStart\n');
  command('unshare', ['--net', '--fork', '--kill-child', 'bash', '-c', script], environmentOf(state));
}

function command(name: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): void {
  const { status, error } = spawnSync(name, args, { stdio: ['ignore', 'inherit', 'inherit'], env });
  if (error) throw error;
  if (status !== 0) throw new Error(`${name} ${args.join(' ')}: expected exit code 0, got ${status}`);
}

process.exitCode = main();
