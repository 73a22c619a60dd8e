locals {
  # The version of a function that serves. Whatever calls a function names this alias, and only the rollout moves it.
  alias = "live"

  # Written from lib/functions.ts, and held to it by a test: a new function is one entry there and its policy in
  # policies/<name>.json.tftpl. `triggered_by`: "http" for what the API calls, "event" for what nobody waits for,
  # whose failures end in a dead-letter queue.
  functions = {
    for name, f in jsondecode(file("${path.module}/functions.json")) : name => f if name != "events" || var.events != null
  }

  # By its path a role is known to be this system's: the deploying role may change no others.
  role_path = "/${var.name}/"

  # Written out rather than taken from the module: the functions name each other, and each would wait for the other.
  alias_arn_pattern = format(
    "arn:%s:lambda:%s:%s:function:${var.name}-%%s:${local.alias}",
    data.aws_partition.current.partition, data.aws_region.current.id, data.aws_caller_identity.current.account_id,
  )
  pipeline = {
    INGEST_FUNCTION = format(local.alias_arn_pattern, "ingest")
    TRAIN_FUNCTION  = format(local.alias_arn_pattern, "train")
  }
  # Written out for the same reason.
  prediction_log = { PREDICT_LOG_GROUP = "/aws/lambda/${var.name}-predict" }
  prediction_log_arn = format(
    "arn:%s:logs:%s:%s:log-group:%s",
    data.aws_partition.current.partition, data.aws_region.current.id, data.aws_caller_identity.current.account_id,
    local.prediction_log.PREDICT_LOG_GROUP,
  )
  # Written out for the same reason.
  dead_letter_queues_arn = format(
    "arn:%s:sqs:%s:%s:${var.name}-*-dead-letters",
    data.aws_partition.current.partition, data.aws_region.current.id, data.aws_caller_identity.current.account_id,
  )
  # What only some functions are told: functions.json says which.
  own_settings = merge(local.pipeline, local.prediction_log, {
    FUNCTION_PREFIX     = "${var.name}-"
    BATCH_STATE_MACHINE = local.state_machine_arns["batch"]
    SET_STATE_MACHINE   = local.state_machine_arns["ingest-set"]
    EVENT_BUS           = var.name
  })

  # What every function is told. It names things; what a function may do with them is in its policy.
  environment = {
    RAW_BUCKET         = local.bucket_names.raw
    PROCESSED_BUCKET   = local.bucket_names.processed
    MODELS_BUCKET      = local.bucket_names.models
    PREDICTIONS_BUCKET = local.bucket_names.predictions
    BATCHES_BUCKET     = local.bucket_names.batches
    RESULTS_BUCKET     = local.bucket_names.results
    REGISTRY_TABLE     = aws_dynamodb_table.registry.name
    AUTH               = "required"

    # The dimension `service` of every metric: another system's in this account are not counted with this one's.
    POWERTOOLS_SERVICE_NAME = var.name

    CORS_ALLOWED_ORIGINS = join(",", var.cors_allowed_origins)
  }
  fixed_settings = concat(keys(local.environment), keys(local.own_settings), ["CODE_VERSION", "LOCAL_ACTOR", "TRAIN_STATE_MACHINE"])

  policies = {
    for name in keys(local.functions) : name => templatefile("${path.module}/policies/${name}.json.tftpl", {
      raw_bucket_arn          = aws_s3_bucket.stage["raw"].arn
      processed_bucket_arn    = aws_s3_bucket.stage["processed"].arn
      models_bucket_arn       = aws_s3_bucket.stage["models"].arn
      predictions_bucket_arn  = aws_s3_bucket.stage["predictions"].arn
      batches_bucket_arn      = aws_s3_bucket.stage["batches"].arn
      results_bucket_arn      = aws_s3_bucket.stage["results"].arn
      table_arn               = aws_dynamodb_table.registry.arn
      ingest_arn              = local.pipeline.INGEST_FUNCTION
      train_arn               = local.pipeline.TRAIN_FUNCTION
      prediction_log_arn      = local.prediction_log_arn
      batch_state_machine_arn = local.state_machine_arns["batch"]
      batch_executions_arn    = local.executions_arns["batch"]
      set_state_machine_arn   = local.state_machine_arns["ingest-set"]
      set_executions_arn      = local.executions_arns["ingest-set"]
      dead_letter_queues_arn  = local.dead_letter_queues_arn
      event_bus_arn           = local.event_bus_arn
    })
  }
}

module "function" {
  source   = "./modules/lambda-function"
  for_each = local.functions

  name        = "${var.name}-${each.key}"
  description = "${each.key} of ${var.name}"
  package     = "${var.package_dir}/${each.key}.zip"
  alias       = local.alias
  runtime     = var.runtime

  memory_mb            = try(coalesce(var.function_overrides[each.key].memory_mb), each.value.memory_mb)
  timeout_seconds      = each.value.timeout_seconds
  reserved_concurrency = try(var.function_overrides[each.key].reserved_concurrency, null)
  environment = merge(
    each.key == "batch" ? { BATCH_CONCURRENCY = tostring(var.pipeline_concurrency) } : {},
    each.key == "ingest" ? { SET_CONCURRENCY = tostring(var.pipeline_concurrency) } : {},
    try(var.function_overrides[each.key].environment, {}),
    local.environment,
    { for setting in each.value.environment : setting => local.own_settings[setting] },
    try(local.train_starters[each.key], {}),
  )

  policy                   = local.policies[each.key]
  role_path                = local.role_path
  permissions_boundary_arn = var.permissions_boundary_arn
  log_retention_days       = var.log_retention_days
  keeps_failed_events      = each.value.triggered_by == "event"

  queued_events = each.value.object_created == null ? null : {
    bucket_arn  = local.bucket_arns[each.value.object_created.stage]
    account_id  = data.aws_caller_identity.current.account_id
    concurrency = var.pipeline_concurrency
  }
}
