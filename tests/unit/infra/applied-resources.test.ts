import { describe, expect, it } from 'vitest';
import { type AppliedResource, resourceFaults, resourcesIn } from '../../infra/applied-resources.ts';

const BUCKET = { bucket: 'raw' };
const closed = (effect = 'Deny', key = 'aws:SecureTransport') =>
  JSON.stringify({ Statement: [{ Effect: effect, Condition: { Bool: { [key]: 'false' } } }] });

/** One valid resource of each type that has rules. */
const SOUND: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  aws_s3_bucket: BUCKET,
  aws_s3_bucket_cors_configuration: {
    cors_rule: [{ allowed_origins: ['https://x.example'], allowed_methods: ['PUT'] }],
  },
  aws_s3_bucket_lifecycle_configuration: {
    ...BUCKET,
    rule: [
      {
        abort_incomplete_multipart_upload: [{ days_after_initiation: 2 }],
        noncurrent_version_expiration: [{ noncurrent_days: 30 }],
        expiration: [{ expired_object_delete_marker: true }],
      },
    ],
  },
  aws_s3_bucket_ownership_controls: BUCKET,
  aws_s3_bucket_policy: { ...BUCKET, policy: closed() },
  aws_s3_bucket_public_access_block: {
    ...BUCKET,
    ...{ block_public_acls: true, block_public_policy: true },
    ...{ ignore_public_acls: true, restrict_public_buckets: true },
  },
  aws_s3_bucket_server_side_encryption_configuration: BUCKET,
  aws_s3_bucket_versioning: { ...BUCKET, versioning_configuration: [{ status: 'Enabled' }] },
  aws_batch_compute_environment: { compute_resources: [{ type: 'FARGATE', max_vcpus: 2 }] },
  aws_batch_job_definition: { timeout: [{ attempt_duration_seconds: 60 }] },
  aws_ecr_repository: { image_tag_mutability: 'IMMUTABLE' },
  aws_cloudwatch_log_group: { retention_in_days: 30 },
  aws_dynamodb_table: {
    billing_mode: 'PAY_PER_REQUEST',
    point_in_time_recovery: [{ enabled: true }],
    server_side_encryption: [],
    ttl: [{ attribute_name: 'ttl', enabled: true }],
  },
  aws_lambda_function: {
    architectures: ['arm64'],
    memory_size: 1769,
    reserved_concurrent_executions: -1,
    tracing_config: [{ mode: 'Active' }],
    vpc_config: [],
  },
  aws_lambda_event_source_mapping: { scaling_config: [{ maximum_concurrency: 2 }] },
  aws_lambda_permission: { qualifier: 'live', source_arn: 'arn:aws:s3:::raw' },
  aws_sqs_queue: { sqs_managed_sse_enabled: true },
  aws_apigatewayv2_stage: {
    default_route_settings: [{ throttling_rate_limit: 50, throttling_burst_limit: 100 }],
    access_log_settings: [{ destination_arn: 'arn:aws:logs:x' }],
  },
};

function system(changes: Readonly<Record<string, object | undefined>> = {}): AppliedResource[] {
  const types = [...new Set([...Object.keys(SOUND), ...Object.keys(changes)])];
  return types
    .filter((type) => !(type in changes) || changes[type] !== undefined)
    .map((type) => ({
      address: `${type}.x`,
      mode: 'managed',
      type,
      values: { ...SOUND[type], ...changes[type] },
    }));
}

describe('what was applied', () => {
  it('has no faults when every rule holds', () => {
    expect(resourceFaults(system())).toEqual([]);
  });

  it.each([
    [
      'aws_s3_bucket_cors_configuration',
      { cors_rule: [{ allowed_origins: ['*'], allowed_methods: ['PUT'] }] },
      'known origins, which may put only',
    ],
    [
      'aws_s3_bucket_cors_configuration',
      { cors_rule: [{ allowed_origins: ['https://x.example'], allowed_methods: ['PUT', 'GET'] }] },
      'known origins, which may put only',
    ],
    ['aws_s3_bucket_public_access_block', { block_public_policy: false }, 'all four blocks of public access'],
    ['aws_s3_bucket_versioning', { versioning_configuration: [{ status: 'Suspended' }] }, 'versioning'],
    ['aws_s3_bucket_policy', { policy: closed('Allow') }, 'a refusal of requests without TLS'],
    ['aws_s3_bucket_policy', { policy: closed('Deny', 'aws:Other') }, 'a refusal of requests without TLS'],
    [
      'aws_batch_compute_environment',
      { compute_resources: [{ type: 'EC2', min_vcpus: 1 }] },
      'Fargate alone, of which nothing runs without a job',
    ],
    ['aws_batch_job_definition', { timeout: [] }, 'an end for every job'],
    ['aws_ecr_repository', { image_tag_mutability: 'MUTABLE' }, 'tags that stay'],
    ['aws_cloudwatch_log_group', { retention_in_days: 0 }, 'a retention'],
    ['aws_cloudwatch_log_group', { retention_in_days: null }, 'a retention'],
    ['aws_dynamodb_table', { billing_mode: 'PROVISIONED' }, 'payment per request'],
    ['aws_dynamodb_table', { point_in_time_recovery: [] }, 'recovery to a point in time'],
    ['aws_dynamodb_table', { server_side_encryption: [{ enabled: true }] }, 'no key of its own'],
    ['aws_dynamodb_table', { ttl: [{ enabled: false }] }, 'labels that expire'],
    ['aws_lambda_function', { architectures: ['x86_64'] }, 'arm64'],
    ['aws_lambda_function', { reserved_concurrent_executions: 5 }, 'no reserved concurrency'],
    ['aws_lambda_function', { memory_size: 3009 }, '3008 MB of memory or less'],
    ['aws_lambda_function', { tracing_config: [{ mode: 'PassThrough' }] }, 'tracing'],
    ['aws_lambda_function', { vpc_config: [{ subnet_ids: ['s'] }] }, 'no VPC'],
    ['aws_lambda_permission', { qualifier: '' }, 'an alias, and a source'],
    ['aws_lambda_permission', { source_arn: null }, 'an alias, and a source'],
    ['aws_sqs_queue', { sqs_managed_sse_enabled: false }, 'encryption'],
    ['aws_lambda_event_source_mapping', { scaling_config: [] }, 'a bound of calls at once'],
    [
      'aws_s3_bucket_lifecycle_configuration',
      { rule: [{ expiration: [] }] },
      'an end for broken uploads, old versions and marks of deletion',
    ],
    ['aws_apigatewayv2_stage', { default_route_settings: [] }, 'a throttle'],
    ['aws_apigatewayv2_stage', { access_log_settings: [] }, 'an access log'],
  ])('is faulty when %s has %j', (type, change, expected) => {
    expect(resourceFaults(system({ [type]: change }))).toEqual([`${type}.x: expected ${expected}`]);
  });

  /** Every bucket needs one of each; only those that files are sent to answer pages. */
  const ofEveryBucket = Object.keys(SOUND).filter(
    (type) => type.startsWith('aws_s3_bucket_') && type !== 'aws_s3_bucket_cors_configuration',
  );

  it.each(ofEveryBucket)('is faulty when a bucket has no %s of its own', (type) => {
    const expected = [`aws_s3_bucket.x: expected ${type} for raw`];
    expect(resourceFaults(system({ [type]: undefined }))).toEqual(expected);
    expect(resourceFaults(system({ [type]: { bucket: 'another' } }))).toEqual(expected);
  });

  it.each(['aws_nat_gateway', 'aws_kms_key', 'aws_instance'])(
    'is faulty when it may cost by the hour: %s',
    (type) => {
      expect(resourceFaults(system({ [type]: {} }))).toEqual([
        `${type}.x: ${type} is not known to cost nothing by the hour; look it up, and add it`,
      ]);
    },
  );
});

it('finds the resources of a state at every depth, without data sources', () => {
  const resource = (address: string, mode = 'managed') => ({
    address,
    mode,
    type: 'aws_sqs_queue',
    values: {},
  });
  const shown = {
    values: {
      root_module: {
        resources: [resource('a'), resource('data.b', 'data')],
        child_modules: [
          { resources: [resource('m.c')], child_modules: [{ resources: [resource('m.n.d')] }] },
        ],
      },
    },
  };
  expect(resourcesIn(JSON.stringify(shown)).map(({ address }) => address)).toEqual(['a', 'm.c', 'm.n.d']);
  expect(resourcesIn('{}')).toEqual([]);
});
