// Runs a bundle's handler on one event in a separate process, which has only the function's environment.
import { pathToFileURL } from 'node:url';

process.once('message', async ({ file, event, context }) => {
  try {
    const { handler } = await import(pathToFileURL(file).href);
    process.send({ result: await handler(event, { ...context, getRemainingTimeInMillis: () => 60_000 }) });
  } catch (error) {
    process.send({ error: error instanceof Error ? `${error.stack} ${error.cause ?? ''}` : String(error) });
  }
  process.disconnect();
});
