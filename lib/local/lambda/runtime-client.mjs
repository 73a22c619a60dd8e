// Runs inside a function's process, as Lambda's own Node.js runtime does: it loads the bundle, asks for
// events, calls the handler and answers. It uses its own channel where Lambda's runtime uses the Runtime API.
// It is plain JavaScript, so that a cold start does not spend time on stripping types. Behaviour follows
// https://github.com/aws/aws-lambda-nodejs-runtime-interface-client as shipped in nodejs22.x.
import { Socket } from 'node:net';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CHANNEL_FD, FrameReader, frame, MAX_RESPONSE_BYTES } from './frames.mjs';
import { heldMetrics, holdMetrics } from './held-metrics.mjs';

/**
 * @typedef {{ requestId: string, deadlineMs: number, functionArn: string, traceId: string }} EventHead
 * @typedef {{ head: EventHead, body: string }} Reply
 * @typedef {(event: unknown, context: object, callback: Callback) => unknown} Handler
 * @typedef {(error?: unknown, result?: unknown) => void} Callback
 */

const [, , bundle = ''] = process.argv;
const environment = process.env;
/** @type {string | undefined} */
let requestId;
let initialised = false;
let leaving = false;

/** @type {((reply: Reply) => void) | undefined} */
let onReply;
const channel = new Socket({ fd: CHANNEL_FD });
const replies = new FrameReader((head, body) => onReply?.({ head, body: body.toString() }));
channel.on('data', (chunk) => replies.read(chunk));
// The supervisor's end closes however it dies. Without this, an idle process would keep running.
channel.on('error', leave).on('close', leave);
holdMetrics(() => requestId !== undefined);
process.on('uncaughtException', (error) => crash(error, 129));
process.on('unhandledRejection', (reason) => crash(unhandledRejection(reason), 128));

const handler = await loadHandler();
initialised = handler !== undefined;
if (handler !== undefined) await serve(handler);

function leave() {
  process.exit(leaving ? process.exitCode : 0);
}

/**
 * Sends a message to the supervisor and resolves with its reply: the next event, as soon as there is one, or
 * an acknowledgement of a last message.
 *
 * @param {{ kind: string, requestId?: string, outputBytes?: number }} head
 * @param {string} [body]
 * @returns {Promise<Reply>}
 */
function exchange(head, body = '') {
  return new Promise((resolve) => {
    onReply = resolve;
    channel.write(frame(head, body));
  });
}

/** @param {Handler} handle */
async function serve(handle) {
  let event = exchange({ kind: 'ready' });
  for (;;) {
    const { head, body } = await event;
    requestId = head.requestId;
    environment._X_AMZN_TRACE_ID = head.traceId;
    const { kind, text } = await run(handle, head, body);
    // Output that the handler left to the end of this turn, above all metrics, is sent with the answer.
    await new Promise(setImmediate);
    const answered = { kind, requestId: head.requestId };
    requestId = undefined;
    const lines = heldMetrics();
    event = exchange({ ...answered, outputBytes: Buffer.byteLength(lines) }, lines + text);
  }
}

/**
 * @param {Handler} handle
 * @param {EventHead} head
 * @param {string} body
 * @returns {Promise<{ kind: string, text: string }>}
 */
async function run(handle, head, body) {
  try {
    const text = serialize(await call(handle, head, body));
    return Buffer.byteLength(text) > MAX_RESPONSE_BYTES
      ? { kind: 'responseTooLarge', text: '' }
      : { kind: 'response', text };
  } catch (error) {
    const text = JSON.stringify(describe(error));
    console.error(`${new Date().toISOString()}\t${requestId}\tERROR\tInvoke Error\t${text}`);
    return { kind: 'error', text };
  }
}

/**
 * The promise of a handler is its answer, otherwise the callback's argument. A handler that returns a plain
 * value and takes no callback answers null, as on Lambda.
 *
 * @param {Handler} handle
 * @param {EventHead} head
 * @param {string} body
 */
function call(handle, head, body) {
  return new Promise((resolve, reject) => {
    /** @type {Callback} */
    const callback = (error, result) =>
      error === undefined || error === null ? resolve(result) : reject(error);
    const returned = handle(JSON.parse(body), contextOf(head, callback), callback);
    if (isThenable(returned)) returned.then(resolve, reject);
    else if (handle.length < 3) resolve(null);
  });
}

/**
 * @param {unknown} value
 * @returns {value is PromiseLike<unknown>}
 */
function isThenable(value) {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/**
 * @param {EventHead} head
 * @param {Callback} callback
 */
function contextOf({ requestId: awsRequestId, deadlineMs, functionArn }, callback) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: functionArn,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    done: callback,
    fail: (/** @type {unknown} */ error) => callback(error ?? new Error('context.fail')),
    succeed: (/** @type {unknown} */ result) => callback(undefined, result),
  };
}

/** @param {unknown} result */
function serialize(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch (cause) {
    const fault = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Unable to stringify response body: ${fault}`, { cause });
  }
}

/** @returns {Promise<Handler | undefined>} */
async function loadHandler() {
  try {
    const exports = await import(pathToFileURL(bundle).href);
    if (typeof exports.handler === 'function') return exports.handler;
    throw named('Runtime.HandlerNotFound', `${basename(bundle)}.handler is undefined or not exported`);
  } catch (error) {
    crash(initError(error), 1);
    return undefined;
  }
}

/** @param {unknown} error */
function initError(error) {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ERR_MODULE_NOT_FOUND')
    return named('Runtime.ImportModuleError', `Error: ${error.message}`, error);
  if (error instanceof SyntaxError)
    return named('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`, error);
  return error;
}

/** @param {unknown} reason */
function unhandledRejection(reason) {
  const text = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
  return named('Runtime.UnhandledPromiseRejection', text, reason);
}

/**
 * Reports an uncaught error, for the running event or for the initialisation, and ends the process.
 *
 * @param {unknown} error
 * @param {number} exitCode
 */
function crash(error, exitCode) {
  if (leaving) return;
  leaving = true;
  process.exitCode = exitCode;
  const text = JSON.stringify(describe(error));
  const log = (/** @type {string} */ what) =>
    console.error(`${new Date().toISOString()}\t${requestId}\tERROR\t${what}\t${text}`);
  if (requestId !== undefined) {
    log('Uncaught Exception');
    exchange({ kind: 'crash', requestId }, text).then(leave);
  } else if (initialised) {
    log('Uncaught Exception between events');
    leave();
  } else {
    log('Init Error');
    exchange({ kind: 'initError' }, text).then(leave);
  }
}

/** @param {unknown} error */
function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

/**
 * @param {string} name
 * @param {string} message
 * @param {unknown} [cause]
 */
function named(name, message, cause) {
  const error = new Error(message, { cause });
  error.name = name;
  if (cause instanceof Error && cause.stack) error.stack = cause.stack;
  return error;
}
