// Runs a bundle's handler on one event in a separate process, which has only the function's environment.
import { pathToFileURL } from 'node:url';

process.once('message', async ({ file, event, context }) => {
  // A long answer is sent in parts: the channel stays open until the last one is.
  const reply = (message) => process.send(message, () => process.disconnect());
  try {
    const { handler } = await import(pathToFileURL(file).href);
    reply({ result: await handler(event, { ...context, getRemainingTimeInMillis: () => 60_000 }) });
  } catch (error) {
    const isError = error instanceof Error;
    reply({
      errorType: isError ? error.name : 'Error',
      error: isError ? `${error.stack} ${error.cause ?? ''}` : String(error),
    });
  }
});
