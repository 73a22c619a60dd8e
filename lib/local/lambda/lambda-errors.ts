import { ClassifierError } from '../../errors.ts';

/**
 * A request that Lambda itself refuses before any function code runs. `awsType` and `statusCode` are the
 * Invoke API's answer. Source:
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
 */
export class LambdaServiceError extends ClassifierError {
  readonly awsType: string;
  readonly statusCode: number;

  constructor(code: string, awsType: string, statusCode: number, message: string) {
    super(code, message);
    this.awsType = awsType;
    this.statusCode = statusCode;
  }
}

/** No function (or no such version of it) has this name. */
export class FunctionNotFoundError extends LambdaServiceError {
  constructor(functionArn: string, known: readonly string[]) {
    const names = known.length > 0 ? known.join(', ') : 'none';
    super(
      'lambda_function_not_found',
      'ResourceNotFoundException',
      404,
      `Function not found: ${functionArn} (functions here: ${names})`,
    );
  }
}

/** The function is at its concurrency cap: try again later. */
export class TooManyRequestsError extends LambdaServiceError {
  /** What became of the queue at the cap, and what to do; undefined where calls do not wait. */
  readonly detail: string | undefined;

  constructor(detail?: string) {
    const message = detail === undefined ? 'Rate Exceeded.' : `Rate Exceeded: ${detail}`;
    super('lambda_throttled', 'TooManyRequestsException', 429, message);
    this.detail = detail;
  }
}

/** The event is larger than Lambda accepts. Sizes are bytes of its JSON text in UTF-8. */
export class EventTooLargeError extends LambdaServiceError {
  constructor(sizeBytes: number, limitBytes: number) {
    super(
      'lambda_event_too_large',
      'RequestTooLargeException',
      413,
      `Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation, got ${sizeBytes}`,
    );
  }
}

/** The event is not JSON. */
export class InvalidEventError extends LambdaServiceError {
  constructor(fault: string) {
    super(
      'lambda_event_invalid',
      'InvalidRequestContentException',
      400,
      `Could not parse request body into json: ${fault}`,
    );
  }
}

/** The host is closing or was not started: the request was not carried out, or not completely. */
export class LambdaHostClosedError extends LambdaServiceError {
  constructor(what: string) {
    super('lambda_host_closed', 'ServiceException', 500, `${what}: the local Lambda host is not running`);
  }
}
