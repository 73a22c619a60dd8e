import { type Input, isInput } from './parameters.ts';
import { ServiceError } from './service-error.ts';
import type { Call, Protocol, Reply } from './wire.ts';

const CONTENT_TYPE = 'application/x-amz-json-1.0';

/**
 * AWS JSON 1.0 with query compatibility: the protocol of the AWS SDK for JavaScript and the AWS CLI for
 * CloudWatch. The operation is in `x-amz-target`, timestamps are seconds since 1970, and errors have `__type`
 * and `x-amzn-query-error`. Source: "AWS JSON 1.0 protocol" and "awsQueryCompatible" in the Smithy
 * documentation.
 */
export const jsonProtocol: Protocol = {
  decode(body, headers): Call {
    const target = String(headers['x-amz-target'] ?? '');
    return { operation: target.slice(target.indexOf('.') + 1), input: parse(body) };
  },

  encode(_operation, result): Reply {
    return { status: 200, headers: { 'content-type': CONTENT_TYPE }, body: JSON.stringify(result) };
  },

  encodeError({ shape, status, awsCode, message }): Reply {
    return {
      status,
      headers: {
        'content-type': CONTENT_TYPE,
        'x-amzn-query-error': `${awsCode};${status < 500 ? 'Sender' : 'Receiver'}`,
      },
      body: JSON.stringify({ __type: `com.amazonaws.cloudwatch#${shape}`, message }),
    };
  },
};

function parse(body: string): Input {
  if (body === '') return {};
  try {
    const input: unknown = JSON.parse(body);
    if (isInput(input)) return input;
  } catch (cause) {
    throw new ServiceError('SerializationException', 'The request body is not valid JSON.', { cause });
  }
  throw new ServiceError('SerializationException', 'The request body is not a JSON object.');
}
