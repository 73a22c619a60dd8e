// Imports a bundled handler in a fresh process and reports the duration. With an event, calls it once. It is
// plain JavaScript, so that stripping types is not measured.
//   node fresh-process.mjs <handler.mjs> [<event as JSON>]
const [, , file, event] = process.argv;
const startedMs = performance.now();
const { handler } = await import(/** @type {string} */ (file));
const evaluationMs = performance.now() - startedMs;
const answer =
  event === undefined
    ? undefined
    : await handler(JSON.parse(event), { awsRequestId: 'cold', functionName: 'cold' });
process.send?.({ evaluationMs, body: answer?.body, status: answer?.statusCode }, () => process.exit(0));
