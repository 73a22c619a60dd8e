import { ClassifierError } from '../../errors.ts';

/**
 * The names of an error in CloudWatch's service model: its shape, its query-protocol code and its HTTP
 * status.
 */
interface ErrorShape {
  readonly shape: string;
  readonly status: number;
}

const SHAPES = {
  InvalidParameterValue: { shape: 'InvalidParameterValueException', status: 400 },
  InvalidParameterCombination: { shape: 'InvalidParameterCombinationException', status: 400 },
  MissingParameter: { shape: 'MissingRequiredParameterException', status: 400 },
  InvalidNextToken: { shape: 'InvalidNextToken', status: 400 },
  ValidationError: { shape: 'ValidationError', status: 400 },
  SerializationException: { shape: 'SerializationException', status: 400 },
  InvalidAction: { shape: 'UnknownOperationException', status: 400 },
  RequestEntityTooLarge: { shape: 'RequestEntityTooLarge', status: 413 },
  /** Of CloudWatch Logs. */
  ResourceNotFoundException: { shape: 'ResourceNotFoundException', status: 400 },
  InvalidParameterException: { shape: 'InvalidParameterException', status: 400 },
  InternalServiceError: { shape: 'InternalServiceFault', status: 500 },
} as const satisfies Record<string, ErrorShape>;

export type ServiceErrorCode = keyof typeof SHAPES;

/**
 * An error response of CloudWatch. Source: the service model of the AWS SDKs (`awsQueryError` traits), where
 * codes and shapes have different names.
 */
export class ServiceError extends ClassifierError {
  /** The code in the query protocol and in `x-amzn-query-error`, e.g. `InvalidParameterValue`. */
  readonly awsCode: ServiceErrorCode;

  constructor(awsCode: ServiceErrorCode, message: string, options: { cause?: unknown } = {}) {
    super('cloudwatch_request', message, { exposable: true, ...options });
    this.awsCode = awsCode;
  }

  get shape(): string {
    return SHAPES[this.awsCode].shape;
  }

  get status(): number {
    return SHAPES[this.awsCode].status;
  }
}
