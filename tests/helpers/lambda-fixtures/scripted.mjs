import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** The behaviours of the function, selected by the event's `act`. */
const acts = {
  return: (/** @type {{ value: unknown }} */ { value }) => value,
  throw: () => {
    throw new TypeError('thrown on purpose');
  },
  rejectWithText: () => Promise.reject('just a text'),
  exit: (/** @type {{ status: number }} */ { status }) => process.exit(status),
  abort: () => process.abort(),
  uncaught: async () => {
    setTimeout(() => {
      throw new RangeError('nobody catches this');
    }, 1);
    await wait(5000);
  },
  unhandled: async () => {
    void Promise.reject(new RangeError('nobody awaits this'));
    await wait(5000);
  },
  sleep: async (/** @type {{ ms: number }} */ { ms }) => {
    await wait(ms);
    return process.pid;
  },
  measuredSleep: async (/** @type {{ ms: number }} */ { ms }) => {
    const startedMs = performance.now();
    await wait(ms);
    return performance.now() - startedMs;
  },
  meet: async (/** @type {{ file: string, count: number }} */ { file, count }) => {
    appendFileSync(file, 'x');
    while (readFileSync(file, 'utf8').length < count) await wait(20);
    return process.pid;
  },
  spin: () => {
    for (;;);
  },
  grow: async () => {
    const held = [];
    for (;;) {
      held.push(Buffer.alloc(8 * 1024 * 1024, held.length));
      await wait(5);
    }
  },
  writeToChannel: async () => {
    writeSync(3, Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7b, 0x7b]));
    await wait(5000);
  },
  answerOf: (/** @type {{ length: number }} */ { length }) => 'x'.repeat(length),
  cycle: () => {
    /** @type {{ self?: unknown }} */
    const value = {};
    value.self = value;
    return value;
  },
  print: async (/** @type {{ stdout: string, stderr: string }} */ { stdout, stderr }) => {
    process.stdout.write(stdout);
    process.stderr.write(stderr);
  },
  printCutCharacter: async () => {
    const bytes = Buffer.from('grüße\n');
    process.stdout.write(bytes.subarray(0, 3));
    await wait(50);
    process.stdout.write(bytes.subarray(3));
  },
  ignoreTermination: () => {
    process.on('SIGTERM', () => {});
    return process.pid;
  },
  spawnChild: () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' }).pid,
  failTimes: (/** @type {{ file: string, times: number }} */ { file, times }) => {
    appendFileSync(file, 'x');
    const attempt = readFileSync(file, 'utf8').length;
    if (attempt <= times) throw new Error(`attempt ${attempt} fails`);
    return attempt;
  },
  append: async (/** @type {{ file: string, text: string, ms?: number }} */ { file, text, ms = 0 }) => {
    await wait(ms);
    appendFileSync(file, text);
  },
  facts: (/** @type {unknown} */ _event, /** @type {any} */ context) => ({
    environment: process.env,
    workingDirectory: process.cwd(),
    context: {
      ...context,
      remainingMs: context.getRemainingTimeInMillis(),
    },
  }),
};

/**
 * @param {{ act: keyof typeof acts } & any} event
 * @param {object} context
 */
export async function handler(event, context) {
  return await acts[/** @type {keyof typeof acts} */ (event.act)](event, context);
}
