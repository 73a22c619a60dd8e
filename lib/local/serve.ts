import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Context } from 'aws-lambda';
import type { RouteFunctionName } from '../functions.ts';
import { DEFAULT_ROUTE, GATEWAY_ROUTES } from '../routes.ts';
import { standardError } from '../terminal.ts';
import { containerContext } from './container-context.ts';
import { createHttpApi } from './http-api/http-api.ts';
import { listenOn } from './listen.ts';

/**
 * The predict function as a server, in a container without Lambda or a gateway: what SageMaker and KServe ask
 * of an image. `node serve.mjs <handler.mjs> [serve]`
 *
 * It asks for no token unless AUTH says so, as such containers do: who runs it puts it behind something that
 * does. One request runs at a time, as in Lambda, for which the handler is written.
 */
const USAGE = 'Usage: node serve.mjs <handler.mjs> [serve]';
/** The port that SageMaker and KServe ask, unless they say another. */
const PORT = 8080;
const FUNCTION: RouteFunctionName = 'predict';
/** How long one request may take, as in Lambda. */
const TIMEOUT_MS = 29_000;

type Handler = (event: unknown, context: Context) => Promise<unknown>;

const [file, command = 'serve', ...others] = process.argv.slice(2);
if (file === undefined || command !== 'serve' || others.length > 0) {
  standardError.line(USAGE);
  process.exit(2);
}
process.env.AUTH ??= 'off';
const { handler } = (await import(pathToFileURL(resolve(file)).href)) as { readonly handler: Handler };

let last: Promise<unknown> = Promise.resolve();

/** Runs the handler when the request before is answered. */
function invoke(event: unknown): Promise<unknown> {
  const answer = last.then(() => handler(event, containerContext(FUNCTION, TIMEOUT_MS)));
  last = answer.catch(() => undefined);
  return answer;
}

const server = createHttpApi({
  routes: [...GATEWAY_ROUTES.filter(({ functionName }) => functionName === FUNCTION), DEFAULT_ROUTE].map(
    ({ routeKey }) => ({ routeKey, functionName: FUNCTION }),
  ),
  invoke: async (_, event) => ({ requestId: randomUUID(), payload: JSON.stringify(await invoke(event)) }),
  accountId: '000000000000',
  apiId: 'container',
  onError: (error) => standardError.line(String(error)),
});
// In a container, the network decides who may call, by whatever name.
const callers = { allowedHosts: 'any', webPages: 'any' } as const;
const wanted = Number(process.env.SAGEMAKER_BIND_TO_PORT ?? process.env.PORT ?? PORT);
const port = await listenOn(server, { port: wanted, host: process.env.HOST ?? '0.0.0.0', callers });
standardError.line(`serving on port ${port}`);
// Without this a container's first process ignores the signal, and is killed after ten seconds.
process.once('SIGTERM', () => process.exit(0));
