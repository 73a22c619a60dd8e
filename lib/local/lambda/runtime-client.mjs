// Runs inside a function's process, as Lambda's own Node.js runtime does: loads the bundle, asks the Runtime API for
// events, calls the handler, answers. Plain JavaScript, so that a cold start does not pay for stripping types.
// Behaviour follows https://github.com/aws/aws-lambda-nodejs-runtime-interface-client as nodejs22.x ships it.
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { heldMetrics, holdMetrics } from './held-metrics.mjs';
import { RuntimeConnection } from './runtime-connection.mjs';

/**
 * @typedef {Map<string, string>} Headers
 * @typedef {(event: unknown, context: object, callback: Callback) => unknown} Handler
 * @typedef {(error?: unknown, result?: unknown) => void} Callback
 */

const [, , bundle = ''] = process.argv;
const environment = process.env;
/** @type {string | undefined} */
let requestId;
let initialised = false;
let leaving = false;

// The supervisor's end of stdin closes however it dies. Without this, an idle process would stay behind.
process.stdin.on('error', leave).on('close', leave).resume();
const connection = new RuntimeConnection(environment.AWS_LAMBDA_RUNTIME_API ?? '', leave);
holdMetrics(() => requestId !== undefined);
process.on('uncaughtException', (error) => crash(error, 129));
process.on('unhandledRejection', (reason) => crash(unhandledRejection(reason), 128));

const handler = await loadHandler();
initialised = handler !== undefined;
if (handler !== undefined) await serve(handler);

function leave() {
  process.exit(leaving ? process.exitCode : 0);
}

/** @param {Handler} handle */
async function serve(handle) {
  let event = connection.next();
  for (;;) {
    const { status, headers, body } = await event;
    if (status !== 200) throw new Error(`Runtime API: expected an event, got status ${status}: ${body}`);
    requestId = headers.get('lambda-runtime-aws-request-id') ?? '';
    environment._X_AMZN_TRACE_ID = headers.get('lambda-runtime-trace-id') ?? '';
    const answer = await run(handle, headers, body);
    // What the handler left to the end of this turn, its metrics above all, goes along with the answer.
    await new Promise(setImmediate);
    const path = `/invocation/${requestId}`;
    requestId = undefined;
    event =
      'result' in answer
        ? connection.post(`${path}/response/next`, answer.result, { lines: heldMetrics() })
        : connection.post(`${path}/error/next`, JSON.stringify(answer.error), {
            errorType: answer.error.errorType,
            lines: heldMetrics(),
          });
  }
}

/**
 * @param {Handler} handle
 * @param {Headers} headers
 * @param {string} body
 * @returns {Promise<{ result: string } | { error: ReturnType<typeof describe> }>}
 */
async function run(handle, headers, body) {
  try {
    return { result: serialize(await call(handle, headers, body)) };
  } catch (error) {
    const description = describe(error);
    console.error(
      `${new Date().toISOString()}\t${requestId}\tERROR\tInvoke Error\t${JSON.stringify(description)}`,
    );
    return { error: description };
  }
}

/**
 * A promise decides, else the callback. A handler that returns a plain value and takes no callback answers null, as
 * on Lambda: its value has nowhere to go.
 *
 * @param {Handler} handle
 * @param {Headers} headers
 * @param {string} body
 */
function call(handle, headers, body) {
  return new Promise((resolve, reject) => {
    /** @type {Callback} */
    const callback = (error, result) =>
      error === undefined || error === null ? resolve(result) : reject(error);
    const returned = handle(JSON.parse(body), contextOf(headers, callback), callback);
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
 * @param {Headers} headers
 * @param {Callback} callback
 */
function contextOf(headers, callback) {
  const deadlineMs = Number(headers.get('lambda-runtime-deadline-ms'));
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers.get('lambda-runtime-invoked-function-arn'),
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: headers.get('lambda-runtime-aws-request-id'),
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
 * Reports what nobody caught, for the event that was running or for the initialisation, and ends the process.
 *
 * @param {unknown} error
 * @param {number} exitCode
 */
function crash(error, exitCode) {
  if (leaving) return;
  leaving = true;
  process.exitCode = exitCode;
  const description = describe(error);
  const [path, kind] = failurePath();
  console.error(`${new Date().toISOString()}\t${requestId}\tERROR\t${kind}\t${JSON.stringify(description)}`);
  if (path === undefined) return leave();
  connection.post(path, JSON.stringify(description), { errorType: description.errorType }).then(leave);
}

/** @returns {[string | undefined, string]} */
function failurePath() {
  if (requestId !== undefined) return [`/invocation/${requestId}/error`, 'Uncaught Exception'];
  return initialised ? [undefined, 'Uncaught Exception between events'] : ['/init/error', 'Init Error'];
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
