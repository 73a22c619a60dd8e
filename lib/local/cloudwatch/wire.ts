import type { IncomingHttpHeaders } from 'node:http';
import type { Input } from './parameters.ts';
import type { ServiceError } from './service-error.ts';

export interface Call {
  readonly operation: string;
  readonly input: Input;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One wire format of CloudWatch's API. */
export interface Protocol {
  /** Reads a request. Throws a ServiceError when it cannot. */
  decode(body: string, headers: IncomingHttpHeaders): Call;
  encode(operation: string, result: object, requestId: string): Reply;
  encodeError(error: ServiceError, requestId: string): Reply;
}
