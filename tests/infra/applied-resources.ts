/** A resource in the form of `terraform show -json`. */
export interface AppliedResource {
  readonly address: string;
  readonly mode: string;
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}

interface StateModule {
  readonly resources?: readonly AppliedResource[];
  readonly child_modules?: readonly StateModule[];
}

/**
 * All managed resources of a state, without data sources.
 *
 * @param shown the output of `terraform show -json`
 */
export function resourcesIn(shown: string): AppliedResource[] {
  const { values } = JSON.parse(shown) as { values?: { root_module: StateModule } };
  const below = ({ resources = [], child_modules = [] }: StateModule): AppliedResource[] => [
    ...resources,
    ...child_modules.flatMap(below),
  ];
  return below(values?.root_module ?? {}).filter(({ mode }) => mode === 'managed');
}

/**
 * Types that are not billed by the hour. Look up another type on its service's pricing page, and add it here
 * and to terraform/README.md.
 */
const NOT_BILLED_BY_THE_HOUR = new Set([
  ...['api', 'api_mapping', 'authorizer', 'domain_name', 'integration', 'route', 'stage'].map(
    (name) => `aws_apigatewayv2_${name}`,
  ),
  ...['dashboard', 'log_group', 'metric_alarm'].map((name) => `aws_cloudwatch_${name}`),
  ...['alias', 'event_source_mapping', 'function', 'function_event_invoke_config', 'permission'].map(
    (name) => `aws_lambda_${name}`,
  ),
  ...['openid_connect_provider', 'policy', 'role', 'role_policy', 'role_policy_attachment'].map(
    (name) => `aws_iam_${name}`,
  ),
  ...['', '_lifecycle_configuration', '_notification', '_ownership_controls', '_policy'].map(
    (name) => `aws_s3_bucket${name}`,
  ),
  ...['cors_configuration', 'public_access_block', 'server_side_encryption_configuration', 'versioning'].map(
    (name) => `aws_s3_bucket_${name}`,
  ),
  ...['api_destination', 'bus', 'rule', 'target'].map((name) => `aws_cloudwatch_event_${name}`),
  // What AWS Batch runs on Fargate is billed by the second of a job, and images by what is stored.
  ...['compute_environment', 'job_definition', 'job_queue'].map((name) => `aws_batch_${name}`),
  ...['aws_ecr_lifecycle_policy', 'aws_ecr_repository'],
  ...['aws_budgets_budget', 'aws_dynamodb_table', 'aws_route53_record', 'aws_scheduler_schedule'],
  'aws_sfn_state_machine',
  ...[
    'aws_sns_topic',
    'aws_sns_topic_policy',
    'aws_sns_topic_subscription',
    'aws_sqs_queue',
    'aws_sqs_queue_policy',
  ],
]);

/**
 * The memory limit of a function in a new account, in MB. Source: "Lambda quotas", AWS Lambda Developer
 * Guide.
 */
const NEW_ACCOUNT_MEMORY_MB = 3008;

type Values = Readonly<Record<string, unknown>>;
type Rule = readonly [expected: string, holds: (values: Values) => boolean];

const first = (value: unknown): Values => ((Array.isArray(value) ? value[0] : value) ?? {}) as Values;
const isOn = (values: Values, ...names: readonly string[]) => names.every((name) => values[name] === true);
const isText = (value: unknown) => typeof value === 'string' && value !== '';

/** The rules for every resource of a type. */
const RULES: Readonly<Record<string, readonly Rule[]>> = {
  aws_s3_bucket_public_access_block: [
    [
      'all four blocks of public access',
      (values) =>
        isOn(
          values,
          ...['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'],
        ),
    ],
  ],
  aws_s3_bucket_versioning: [
    ['versioning', ({ versioning_configuration: given }) => first(given).status === 'Enabled'],
  ],
  aws_s3_bucket_policy: [['a refusal of requests without TLS', ({ policy }) => refusesPlainText(policy)]],
  aws_s3_bucket_cors_configuration: [
    [
      'known origins, which may put only',
      ({ cors_rule: given }) => {
        const { allowed_origins: origins, allowed_methods: methods } = first(given);
        return !String(origins).includes('*') && String(methods) === 'PUT';
      },
    ],
  ],
  aws_s3_bucket_lifecycle_configuration: [
    [
      'an end for broken uploads, old versions and marks of deletion',
      ({ rule }) => {
        const {
          abort_incomplete_multipart_upload: broken,
          noncurrent_version_expiration: old,
          expiration,
        } = first(rule);
        return (
          Number(first(broken).days_after_initiation) > 0 &&
          Number(first(old).noncurrent_days) > 0 &&
          isOn(first(expiration), 'expired_object_delete_marker')
        );
      },
    ],
  ],
  aws_lambda_event_source_mapping: [
    [
      'a bound of calls at once',
      ({ scaling_config: given }) => Number(first(given).maximum_concurrency) >= 2,
    ],
  ],
  aws_batch_compute_environment: [
    [
      'Fargate alone, of which nothing runs without a job',
      ({ compute_resources: given }) => first(given).type === 'FARGATE',
    ],
  ],
  aws_batch_job_definition: [
    ['an end for every job', ({ timeout }) => Number(first(timeout).attempt_duration_seconds) > 0],
  ],
  aws_ecr_repository: [['tags that stay', ({ image_tag_mutability: tags }) => tags === 'IMMUTABLE']],
  aws_cloudwatch_log_group: [['a retention', ({ retention_in_days: days }) => Number(days) > 0]],
  aws_dynamodb_table: [
    ['payment per request', ({ billing_mode: mode }) => mode === 'PAY_PER_REQUEST'],
    ['recovery to a point in time', ({ point_in_time_recovery: given }) => isOn(first(given), 'enabled')],
    ['no key of its own', ({ server_side_encryption: given }) => !isOn(first(given), 'enabled')],
    ['labels that expire', ({ ttl }) => isOn(first(ttl), 'enabled')],
  ],
  aws_lambda_function: [
    ['arm64', ({ architectures }) => first(architectures) === ('arm64' as unknown)],
    ['no reserved concurrency', ({ reserved_concurrent_executions: calls }) => Number(calls) < 0],
    [
      `${NEW_ACCOUNT_MEMORY_MB} MB of memory or less`,
      ({ memory_size: mb }) => Number(mb) <= NEW_ACCOUNT_MEMORY_MB,
    ],
    ['tracing', ({ tracing_config: given }) => first(given).mode === 'Active'],
    ['no VPC', ({ vpc_config: given }) => Object.keys(first(given)).length === 0],
  ],
  aws_lambda_permission: [
    ['an alias, and a source', ({ qualifier, source_arn: source }) => isText(qualifier) && isText(source)],
  ],
  aws_sqs_queue: [['encryption', (values) => isOn(values, 'sqs_managed_sse_enabled')]],
  aws_apigatewayv2_stage: [
    [
      'a throttle',
      ({ default_route_settings: given }) =>
        Number(first(given).throttling_rate_limit) > 0 && Number(first(given).throttling_burst_limit) > 0,
    ],
    ['an access log', ({ access_log_settings: given }) => isText(first(given).destination_arn)],
  ],
};

/** Separate resources protect a bucket: each bucket needs one of each type. */
const OF_EVERY_BUCKET = [
  ...['lifecycle_configuration', 'ownership_controls', 'policy', 'public_access_block'],
  ...['server_side_encryption_configuration', 'versioning'],
];

/**
 * The faults of the applied resources, one line each: billed by the hour, open, never deleted, or above the
 * limits of a new account.
 */
export function resourceFaults(resources: readonly AppliedResource[]): string[] {
  return resources.flatMap(({ address, type, values }) => [
    ...(NOT_BILLED_BY_THE_HOUR.has(type)
      ? []
      : [`${address}: ${type} is not known to cost nothing by the hour; look it up, and add it`]),
    ...(RULES[type] ?? [])
      .filter(([, holds]) => !holds(values))
      .map(([expected]) => `${address}: expected ${expected}`),
    ...(type === 'aws_s3_bucket' ? openBucket(address, values, resources) : []),
  ]);
}

function openBucket(address: string, { bucket }: Values, resources: readonly AppliedResource[]): string[] {
  return OF_EVERY_BUCKET.map((name) => `aws_s3_bucket_${name}`)
    .filter((type) => !resources.some((each) => each.type === type && each.values.bucket === bucket))
    .map((type) => `${address}: expected ${type} for ${bucket}`);
}

interface BucketPolicy {
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Condition?: { readonly Bool?: Readonly<Record<string, string>> };
  }[];
}

/** Whether the policy allows nothing, and refuses requests without TLS. */
function refusesPlainText(policy: unknown): boolean {
  const { Statement } = JSON.parse(String(policy)) as BucketPolicy;
  return (
    Statement.every(({ Effect }) => Effect === 'Deny') &&
    Statement.some(({ Condition }) => Condition?.Bool?.['aws:SecureTransport'] === 'false')
  );
}
