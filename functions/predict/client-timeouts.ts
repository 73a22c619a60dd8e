/*
 * How long the clients wait, in milliseconds. The SDK's own limits are none at all: a connection that died while the function was
 * frozen would hold its request until the function's own time is over.
 */

/** Look-ups of single items: the service answers within some 10 ms. */
export const DYNAMODB_CLIENT = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true },
} as const;

/** Bodies of up to a gigabyte: only the time to the first byte, and a body that stands still, are limited. */
export const S3_CLIENT = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 1000,
    requestTimeout: 5000,
    socketTimeout: 5000,
    throwOnRequestTimeout: true,
  },
} as const;
