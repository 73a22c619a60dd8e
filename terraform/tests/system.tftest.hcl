# Plans with nothing of AWS: what the plan says is what is asserted. `npm run test:infra` gives package_dir.
mock_provider "aws" {
  source = "./tests/mocks"
}

run "buckets_are_private_encrypted_versioned_and_cleaned" {
  command = plan

  assert {
    condition     = toset(keys(aws_s3_bucket.stage)) == toset(["raw", "processed", "models", "predictions", "batches", "results"])
    error_message = "Expected a bucket per stage."
  }
  assert {
    condition = alltrue([
      for b in values(aws_s3_bucket_public_access_block.stage) :
      b.block_public_acls && b.block_public_policy && b.ignore_public_acls && b.restrict_public_buckets
    ])
    error_message = "A bucket could be made public."
  }
  assert {
    condition     = length(aws_s3_bucket_public_access_block.stage) == length(aws_s3_bucket.stage) && length(aws_s3_bucket_policy.tls_only) == length(aws_s3_bucket.stage)
    error_message = "A bucket is without its block of public access or its policy."
  }
  assert {
    condition     = alltrue([for v in values(aws_s3_bucket_versioning.stage) : v.versioning_configuration[0].status == "Enabled"]) && length(aws_s3_bucket_versioning.stage) == length(aws_s3_bucket.stage)
    error_message = "A bucket keeps no versions."
  }
  assert {
    condition = alltrue([
      for e in values(aws_s3_bucket_server_side_encryption_configuration.stage) :
      one(one(e.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    ]) && length(aws_s3_bucket_server_side_encryption_configuration.stage) == length(aws_s3_bucket.stage)
    error_message = "A bucket is not encrypted."
  }
  assert {
    condition     = alltrue([for o in values(aws_s3_bucket_ownership_controls.stage) : o.rule[0].object_ownership == "BucketOwnerEnforced"])
    error_message = "A bucket takes access control lists."
  }
  assert {
    condition = alltrue([
      for l in values(aws_s3_bucket_lifecycle_configuration.stage) :
      l.rule[0].noncurrent_version_expiration[0].noncurrent_days > 0 && l.rule[0].abort_incomplete_multipart_upload[0].days_after_initiation > 0
      && l.rule[0].expiration[0].expired_object_delete_marker
    ])
    error_message = "A bucket keeps what was replaced, broken uploads, or marks of what is gone, for ever."
  }
  assert {
    condition     = alltrue([for b in values(aws_s3_bucket.stage) : b.force_destroy == false])
    error_message = "Data would be deleted with its bucket."
  }
}

run "every_bucket_refuses_what_is_not_tls" {
  command = apply

  assert {
    condition = alltrue(flatten([
      for p in values(aws_s3_bucket_policy.tls_only) : [
        for s in jsondecode(p.policy).Statement : s.Effect == "Deny" && s.Principal == "*"
      ]
    ]))
    error_message = "A bucket's policy allows something to somebody."
  }
  assert {
    condition = alltrue([
      for p in values(aws_s3_bucket_policy.tls_only) : jsondecode(p.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false"
    ])
    error_message = "A bucket answers without TLS."
  }
}

run "pages_of_known_origins_only_send_files_to_two_buckets" {
  command = apply

  variables { cors_allowed_origins = ["https://app.example.org"] }

  assert {
    condition = alltrue([
      for cors in aws_s3_bucket_cors_configuration.stage : toset(one(cors.cors_rule).allowed_origins) == toset([
        aws_apigatewayv2_api.this.api_endpoint, "https://app.example.org",
      ])
    ])
    error_message = "Expected the API's own origin and those that may call it, and no others."
  }
  assert {
    condition = alltrue([
      for cors in aws_s3_bucket_cors_configuration.stage : toset(one(cors.cors_rule).allowed_methods) == toset(["PUT"])
    ])
    error_message = "A page could do more than send a file."
  }
  assert {
    condition = {
      for stage, cors in aws_s3_bucket_cors_configuration.stage : stage => cors.bucket
    } == { for stage in ["raw", "batches"] : stage => aws_s3_bucket.stage[stage].id }
    error_message = "A rule belongs to another bucket."
  }
}

run "table_is_on_demand_recoverable_and_protected" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.registry.billing_mode == "PAY_PER_REQUEST"
    error_message = "The table would cost by the hour."
  }
  assert {
    condition     = aws_dynamodb_table.registry.point_in_time_recovery[0].enabled && aws_dynamodb_table.registry.deletion_protection_enabled
    error_message = "The table is not recoverable and protected."
  }
  assert {
    condition     = !strcontains(join("", values(local.policies)), "kms:") && length([for e in aws_dynamodb_table.registry.server_side_encryption : e if e.enabled]) == 0
    error_message = "The table needs a key that no function may use."
  }
  assert {
    condition     = one(aws_dynamodb_table.registry.ttl).enabled && one(aws_dynamodb_table.registry.ttl).attribute_name == "ttl"
    error_message = "Labels would never expire."
  }
  assert {
    condition     = one(aws_dynamodb_table.registry.global_secondary_index).name == "by_time" && one(aws_dynamodb_table.registry.global_secondary_index).projection_type == "ALL"
    error_message = "The index by time is missing."
  }
}

run "functions_fit_a_new_account" {
  command = apply

  assert {
    condition     = alltrue([for f in values(local.functions) : f.memory_mb <= 3008 && f.timeout_seconds <= 900])
    error_message = "A function asks for more than a new account may give."
  }
  assert {
    condition     = local.environment.AUTH == "required"
    error_message = "The API takes requests without a token."
  }
  assert {
    condition     = alltrue([for arn in values(local.pipeline) : endswith(arn, ":live")])
    error_message = "A function names another without its alias."
  }
}

run "predict_writes_nothing" {
  command = apply

  # Beside its log and traces, which modules/lambda-function gives to all.
  assert {
    condition = alltrue([
      for s in jsondecode(local.policies["predict"]).Statement :
      length(setsubtract(flatten([s.Action]), ["dynamodb:GetItem", "dynamodb:Query", "s3:GetObject", "s3:ListBucket"])) == 0
    ])
    error_message = "The role of predict may do more than read."
  }
}

run "policies_are_narrow" {
  command = apply

  assert {
    condition = alltrue(flatten([
      for name in keys(local.functions) : [
        for s in jsondecode(local.policies[name]).Statement : [for action in flatten([s.Action]) : !strcontains(action, "*")] if s.Effect == "Allow"
      ]
    ]))
    error_message = "A policy allows an action with a wildcard."
  }
  assert {
    condition = alltrue(flatten([
      for name in keys(local.functions) : [
        for s in jsondecode(local.policies[name]).Statement : !contains(flatten([s.Resource]), "*") || flatten([s.Action]) == ["cloudwatch:GetMetricData"] if s.Effect == "Allow"
      ]
    ]))
    error_message = "A policy allows something about every resource; only reading metrics has no narrower one."
  }
  assert {
    condition = alltrue(flatten([
      for name in keys(local.functions) : [
        for s in jsondecode(local.policies[name]).Statement : name == "authorize" || !strcontains(jsonencode(s), "TOKEN#")
      ]
    ]))
    error_message = "A role beside authorize's may read tokens."
  }
}

run "api_is_throttled_logged_and_closed" {
  command = plan

  assert {
    condition     = aws_apigatewayv2_stage.default.default_route_settings[0].throttling_rate_limit == var.throttle.rate && aws_apigatewayv2_stage.default.default_route_settings[0].throttling_burst_limit == var.throttle.burst
    error_message = "The API is not throttled."
  }
  assert {
    condition = toset([for s in aws_apigatewayv2_stage.default.route_settings : s.route_key]) == toset([for key, r in local.routes : key if r.open]) && alltrue([
      for s in aws_apigatewayv2_stage.default.route_settings :
      s.throttling_rate_limit == var.open_throttle.rate && s.throttling_burst_limit == var.open_throttle.burst
    ])
    error_message = "An open route has no throttle of its own."
  }
  assert {
    condition     = alltrue([for key, r in local.routes : local.functions[r.function].memory_mb <= 512 if r.open])
    error_message = "Anybody could make a costly function run."
  }
  assert {
    condition     = !strcontains(lower(aws_apigatewayv2_stage.default.access_log_settings[0].format), "authorization") && strcontains(aws_apigatewayv2_stage.default.access_log_settings[0].format, "$context.requestId")
    error_message = "The access log is missing, or tells tokens."
  }
  assert {
    condition = alltrue([
      for key, r in aws_apigatewayv2_route.this :
      r.authorization_type == "CUSTOM" || contains(["GET /", "GET /console/{file}", "GET /health", "GET /openapi.json", "GET /docs", "GET /docs/{file}", "$default"], replace(key, "HEAD ", "GET "))
    ])
    error_message = "A route is open that must not be."
  }
  assert {
    condition     = aws_apigatewayv2_authorizer.token.authorizer_result_ttl_in_seconds == 60 && contains(aws_apigatewayv2_authorizer.token.identity_sources, "$context.routeKey") && aws_apigatewayv2_authorizer.token.enable_simple_responses
    error_message = "A revoked token would live longer than 60 s, or one route's answer serve another."
  }
}

run "another_system_in_the_account_is_not_counted" {
  command = apply
  variables { name = "second" }

  assert {
    condition     = local.environment.POWERTOOLS_SERVICE_NAME == "second"
    error_message = "The functions emit their metrics under another system's name."
  }
  assert {
    condition = alltrue([
      for a in concat(values(aws_cloudwatch_metric_alarm.latency), [aws_cloudwatch_metric_alarm.pending_uploads, aws_cloudwatch_metric_alarm.training_failed]) :
      a.dimensions.service == "second"
    ])
    error_message = "An alarm looks at another system's metrics."
  }
  assert {
    condition     = endswith(one(aws_cloudwatch_metric_alarm.drift[0].metric_query).expression, " WHERE service = 'second'")
    error_message = "The alarm on drift looks at every system's models."
  }
  assert {
    condition = alltrue([
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : alltrue([
        for line in try(widget.properties.metrics, []) :
        strcontains(try(line[0].expression, "service=\"second\""), "service=\"second\"") && (try(line[0], "") != "Classifier" || contains(line, "second"))
      ])
    ])
    error_message = "The dashboard shows another system's metrics."
  }
}

run "the_rollouts_brake_looks_at_its_own_functions" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for a in values(aws_cloudwatch_metric_alarm.throttles) : [
        for q in a.metric_query : [for m in q.metric : startswith(m.dimensions.FunctionName, "classifier-")]
      ]
    ]))
    error_message = "Calls of other functions in the account would stop a rollout."
  }
  assert {
    condition = toset(flatten([
      for a in values(aws_cloudwatch_metric_alarm.throttles) : [for q in a.metric_query : [for m in q.metric : m.dimensions.FunctionName]]
    ])) == toset([for name, f in local.functions : "classifier-${name}" if f.triggered_by == "http"])
    error_message = "A function that somebody waits for could refuse calls unseen, or one that retries could stop a rollout."
  }
}

run "drift_outlasts_a_late_run_of_the_monitor" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.drift[0].evaluation_periods == 2 && aws_cloudwatch_metric_alarm.drift[0].datapoints_to_alarm == 1
    error_message = "An hour without a run of the monitor would end the alarm, and the next begin it again."
  }
}

# Ten executions at once, of which none can be reserved.
run "the_defaults_fit_a_new_account" {
  command = plan

  # A batch's own queue only starts it; its lots are bounded by the same number.
  assert {
    condition     = length(local.started_by_objects) * var.pipeline_concurrency + var.throttle.burst < 10
    error_message = "Ingestion, training and a batch could take what predictions need."
  }
  assert {
    condition     = alltrue([for name in keys(local.started_by_objects) : contains(["batch", "ingest", "train"], name)])
    error_message = "Another function takes a share of a new account: lower pipeline_concurrency or throttle, and README's account of it."
  }
  assert {
    # For a second: a cold start takes no longer.
    condition     = var.throttle.burst + var.throttle.rate <= 10 && var.open_throttle.burst + var.open_throttle.rate <= 10
    error_message = "The API would take more requests than a new account can answer."
  }
}

run "an_alarm_that_nobody_hears_is_warned_of" {
  command = plan

  assert {
    condition     = length(output.warnings) == 1 && strcontains(output.warnings[0], "alarm_email")
    error_message = "Nobody would know that alarms reach nobody."
  }
}

run "nothing_is_warned_of_without_a_reason" {
  command = plan
  variables { alarm_email = "ops@example.org" }

  assert {
    condition     = length(output.warnings) == 0
    error_message = "A warning without a reason hides the next."
  }
}

run "refuses_a_bound_that_lambda_has_not" {
  command = plan
  variables { pipeline_concurrency = 1 }
  expect_failures = [var.pipeline_concurrency]
}

run "logs_end" {
  command = apply

  assert {
    condition     = aws_cloudwatch_log_group.api.retention_in_days == 30
    error_message = "Logs are kept for ever."
  }
}

run "nobody_else_invokes" {
  command = apply

  assert {
    condition = alltrue([
      for n in values(aws_s3_bucket_notification.stage) : length(n.lambda_function) == 0 && length(n.queue) > 0 && alltrue([for q in n.queue : q.queue_arn != null])
    ])
    error_message = "A bucket calls a function past its queue, and so past its bound."
  }
  assert {
    condition     = alltrue([for p in concat(values(aws_lambda_permission.route), [aws_lambda_permission.authorizer]) : p.qualifier == "live" && p.source_arn != null])
    error_message = "A function can be invoked by another API, or beside its alias."
  }
}

run "uploaders_reach_one_folder" {
  command = apply

  variables {
    uploaders = { team = { model = "wine", principal_arns = ["arn:aws:iam::123456789012:role/team"] } }
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.uploader["team"].policy).Statement[0].Resource == "${aws_s3_bucket.stage["raw"].arn}/wine/*"
    error_message = "An uploader reaches other models' files."
  }
  assert {
    condition     = length(jsondecode(aws_iam_role_policy.uploader["team"].policy).Statement) == 1
    error_message = "An uploader may do more than upload."
  }
}

run "events_are_off_unless_asked_for" {
  command = apply

  assert {
    condition     = length(aws_cloudwatch_event_bus.this) == 0 && !contains(keys(module.function), "events") && !contains(keys(aws_scheduler_schedule.function), "events")
    error_message = "Something runs for events that nobody asked for."
  }
}

run "events_reach_their_targets" {
  command = apply

  variables {
    events = {
      targets = {
        http  = { url = "https://example.org/x", connection_arn = "arn:aws:events:eu-central-1:123456789012:connection/http/0" }
        slack = { url = "https://slack.com/api/chat.postMessage", connection_arn = "arn:aws:events:eu-central-1:123456789012:connection/slack/0", types = ["classifier.drift.detected"], slack_channel = "#ml" }
      }
    }
  }

  assert {
    condition     = contains(keys(module.function), "events") && aws_scheduler_schedule.function["events"].flexible_time_window[0].mode == "OFF"
    error_message = "Nothing puts events on the bus, or late."
  }
  assert {
    condition     = aws_cloudwatch_event_target.target["http"].input_path == "$.detail" && jsondecode(aws_cloudwatch_event_rule.target["slack"].event_pattern)["detail-type"] == ["classifier.drift.detected"]
    error_message = "A target gets something else than events of its types."
  }
  assert {
    condition = toset(jsondecode(aws_iam_role_policy.event_targets[0].policy).Statement[0].Resource) == toset([
      for t in values(aws_cloudwatch_event_api_destination.target) : t.arn
    ])
    error_message = "The role of the targets may call others."
  }
  assert {
    condition = alltrue([
      for s in jsondecode(local.policies["events"]).Statement : s.Sid != "Tell" || s.Resource == local.event_bus_arn
    ])
    error_message = "Events may be put on another bus."
  }
}

run "refuses_a_target_without_tls_or_connection" {
  command = plan
  variables { events = { targets = { x = { url = "http://example.org", connection_arn = "x" } } } }
  expect_failures = [var.events]
}

run "a_domain_of_ones_own" {
  command = plan

  variables {
    domain = { name = "api.example.org", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/x", zone_id = "Z1" }
  }

  assert {
    condition     = output.api_url == "https://api.example.org" && length(aws_route53_record.this) == 2 && aws_apigatewayv2_domain_name.this[0].domain_name_configuration[0].security_policy == "TLS_1_2"
    error_message = "The domain is not set up."
  }
}

run "refuses_a_name_that_no_bucket_can_have" {
  command = plan
  variables { name = "Classifier_1" }
  expect_failures = [var.name]
}

run "the_runtime_can_be_moved" {
  command = plan
  variables { runtime = "nodejs20.x" }

  assert {
    condition     = module.function["predict"].runtime == "nodejs20.x"
    error_message = "The runtime is not the one that was asked for."
  }
}

run "refuses_a_runtime_that_is_none" {
  command = plan
  variables { runtime = "node22" }
  expect_failures = [var.runtime]
}

run "refuses_to_switch_authorization_off" {
  command = plan
  variables { function_overrides = { predict = { environment = { AUTH = "off" } } } }
  expect_failures = [var.function_overrides]
}

run "refuses_overrides_of_functions_that_are_not_there" {
  command = plan
  variables { function_overrides = { predictt = { memory_mb = 1024 } } }
  expect_failures = [var.function_overrides]
}

run "refuses_uploaders_that_are_anyone" {
  command = plan
  variables { uploaders = { all = { model = "wine", principal_arns = ["*"] } } }
  expect_failures = [var.uploaders]
}

run "refuses_any_origin" {
  command = plan
  variables { cors_allowed_origins = ["*"] }
  expect_failures = [var.cors_allowed_origins]
}

run "refuses_a_certificate_that_is_none" {
  command = plan
  variables { domain = { name = "api.example.org", certificate_arn = "x" } }
  expect_failures = [var.domain]
}

run "refuses_a_boundary_that_is_no_policy" {
  command = plan
  variables { permissions_boundary_arn = "classifier-boundary" }
  expect_failures = [var.permissions_boundary_arn]
}

run "refuses_a_retention_that_cloudwatch_has_not" {
  command = plan
  variables { log_retention_days = 31 }
  expect_failures = [var.log_retention_days]
}
