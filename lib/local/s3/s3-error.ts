import { ClassifierError } from '../../errors.ts';

/**
 * The errors of this S3, and their HTTP status. Source: "Error responses", Amazon S3 API Reference, "List of
 * error codes".
 */
const STATUS_BY_CODE = {
  AccessDenied: 403,
  AccessForbidden: 403,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  IllegalLocationConstraintException: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidDigest: 400,
  InvalidPart: 400,
  InvalidPartNumber: 416,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedPOSTRequest: 400,
  MalformedTrailerError: 400,
  MalformedXML: 400,
  MetadataTooLarge: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NoSuchVersion: 404,
  NotImplemented: 501,
  NotModified: 304,
  PreconditionFailed: 412,
  SignatureDoesNotMatch: 403,
  XAmzContentSHA256Mismatch: 400,
} as const;

export type S3ErrorCode = keyof typeof STATUS_BY_CODE;

interface S3ErrorOptions {
  /** Elements that S3 adds to the body of this error, for example `Key`. */
  details?: Readonly<Record<string, string>>;
  /** Headers of this error's response, for example `x-amz-delete-marker`. */
  headers?: Readonly<Record<string, string>>;
}

/** A request that S3 refuses. `s3Code` and `status` are S3's own; the message says what to do. */
export class S3Error extends ClassifierError {
  readonly s3Code: S3ErrorCode;
  readonly status: number;
  readonly details: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(s3Code: S3ErrorCode, message: string, options: S3ErrorOptions = {}) {
    super('local_s3', message, { exposable: true });
    this.s3Code = s3Code;
    this.status = STATUS_BY_CODE[s3Code];
    this.details = options.details ?? {};
    this.headers = options.headers ?? {};
  }
}
