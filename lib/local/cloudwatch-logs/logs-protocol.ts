import { jsonProtocol } from '../cloudwatch/json-protocol.ts';
import type { Protocol } from '../cloudwatch/wire.ts';

/** The prefix of CloudWatch Logs operations in `x-amz-target`. */
export const LOGS_TARGET = 'Logs_20140328.';

const CONTENT_TYPE = 'application/x-amz-json-1.1';

/**
 * AWS JSON 1.1, the protocol of every CloudWatch Logs client. Source: "AWS JSON 1.1 protocol" in the Smithy
 * documentation.
 */
export const logsProtocol: Protocol = {
  decode: jsonProtocol.decode,

  encode: (_operation, result) => ({
    status: 200,
    headers: { 'content-type': CONTENT_TYPE },
    body: JSON.stringify(result),
  }),

  encodeError: ({ shape, status, message }) => ({
    status,
    headers: { 'content-type': CONTENT_TYPE },
    body: JSON.stringify({ __type: shape, message }),
  }),
};
