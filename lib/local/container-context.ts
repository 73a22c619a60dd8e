import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import type { FunctionName } from '../functions.ts';

/** The context of a call of a handler in a container without Lambda. */
export function containerContext(functionName: FunctionName, timeoutMs: number): Context {
  const deadlineMs = Date.now() + timeoutMs;
  const none = () => undefined;
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionName,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? '',
    awsRequestId: randomUUID(),
    logGroupName: '',
    logStreamName: '',
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    done: none,
    fail: none,
    succeed: none,
  };
}
