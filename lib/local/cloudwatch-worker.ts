/** The entry point of the thread that cloudwatch-thread.ts starts. */
import { parentPort, workerData } from 'node:worker_threads';
import { Level } from 'level';
import { PREDICTION_LOG_MARK } from '../drift/prediction-record.ts';
import { openLocalCloudWatch } from './cloudwatch/server.ts';
import { logGroupOf, openLocalLogs } from './cloudwatch-logs/logs.ts';
import type { CloudWatchSettings, PrintedLine, ThreadReply, ThreadRequest } from './cloudwatch-thread.ts';
import { listenOn } from './listen.ts';
import { faultText } from './state-faults.ts';

/**
 * Predictions are for the monitor. On a terminal, one line for each prediction would hide all other lines.
 */
const PREDICTION_LINE = `{"${PREDICTION_LOG_MARK}":`;

if (!parentPort) throw new Error('cloudwatch-worker is not started as a thread');
const port = parentPort;
const { databaseFolder, functions, region, accountId, listen } = workerData as CloudWatchSettings;
const reply = (message: ThreadReply) => port.postMessage(message);
const report = (error: unknown) => reply({ kind: 'fault', text: faultText(error) });

const database = new Level<string, string>(databaseFolder, { multithreading: true });
await database.open();
const logs = await openLocalLogs(database.sublevel('logs'), functions.map(logGroupOf));
const cloudWatch = await openLocalCloudWatch({
  logs: logs.operate,
  database: database.sublevel('cloudwatch'),
  region,
  accountId,
  onError: report,
});

/** One request after the other, so that lines are stored and shown in order. */
let working: Promise<void> = Promise.resolve();
port.on('message', (request: ThreadRequest) => {
  working = working
    .then(() => perform(request))
    .catch(report)
    // Nothing else keeps the thread alive, so this is the last thing that its end waits for.
    .then(() => {
      if (request.kind === 'close') port.close();
    });
});

try {
  reply({ kind: 'listening', port: await listenOn(cloudWatch.server, listen) });
} catch (error) {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  reply({ kind: 'refused', code });
}

async function perform(request: ThreadRequest): Promise<void> {
  switch (request.kind) {
    case 'lines':
      await store(request.lines);
      return;
    case 'records':
      await cloudWatch.record(request.records);
      return;
    case 'close':
      await cloudWatch.close();
      await database.close();
  }
}

/**
 * Metrics go to CloudWatch and all other lines to its logs. These lines are also shown, except predictions.
 */
async function store(lines: readonly PrintedLine[]): Promise<void> {
  const areMetrics = await cloudWatch.takeLogLines(lines.map(({ message }) => message));
  const others = lines.filter((_, i) => !areMetrics[i]);
  if (others.length === 0) return;
  await logs.append(others.map((line) => ({ ...line, group: logGroupOf(line.functionName) })));
  const shown = others.filter(({ message }) => !message.startsWith(PREDICTION_LINE));
  if (shown.length > 0) reply({ kind: 'show', lines: shown });
}
