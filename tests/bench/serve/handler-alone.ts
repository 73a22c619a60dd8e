/**
 * Calls the bundled handler of predict repeatedly with one event, as the Lambda runtime would, and reports to
 * the parent.
 */
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { LAMBDA_CONTEXT } from '../../helpers/http-event.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

interface Order {
  readonly handlerFile: string;
  readonly event: APIGatewayProxyEventV2;
  readonly concurrency: number;
  readonly calls: number;
}

process.once('message', async ({ handlerFile, event, concurrency, calls }: Order) => {
  const { handler } = (await import(handlerFile)) as {
    handler: (event: unknown, context: Context) => Promise<{ statusCode: number; body: string }>;
  };
  const latenciesUs: number[] = [];
  const ask = async () => {
    const startedMs = performance.now();
    const answer = await handler(event, LAMBDA_CONTEXT);
    latenciesUs.push((performance.now() - startedMs) * 1000);
    // As in Lambda's runtime, the work after an answer is done before the next event.
    await turn();
    if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${answer.body}`);
    return answer.body;
  };
  const body = await ask();
  for (let warm = 0; warm < 2000; warm++) await ask();
  latenciesUs.length = 0;
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let call = 0; call < calls / concurrency; call++) await ask();
    }),
  );
  process.send!({ body, seconds: (performance.now() - startedMs) / 1000, latenciesUs }, () =>
    process.exit(0),
  );
});
