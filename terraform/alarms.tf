locals {
  # Written from lib/telemetry/metric-names.ts, and held to it by a test.
  telemetry = jsondecode(file("${path.module}/metric-names.json"))

  event_functions = [for name, f in local.functions : name if f.triggered_by == "event"]
  http_functions  = [for name, f in local.functions : name if f.triggered_by == "http"]
}

# Without a key of one's own: CloudWatch may not use AWS's key for SNS, and an alarm's text holds nothing to hide.
resource "aws_sns_topic" "alarms" {
  name = "${var.name}-alarms"
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = templatefile("${path.module}/policies/alarms-topic.json.tftpl", {
    topic_arn  = aws_sns_topic.alarms.arn
    account_id = data.aws_caller_identity.current.account_id
  })
}

resource "aws_sns_topic_subscription" "email" {
  count = var.alarm_email == null ? 0 : 1

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each = module.function

  alarm_name          = "${each.value.name}-errors"
  alarm_description   = "${each.key} threw, ran out of time or memory, or could not start."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = each.value.name, Resource = "${each.value.name}:${local.alias}" }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

# Of this system's functions that somebody waits for. What events call waits and is tried again; and what others in the account call must
# not stop a rollout of this system. An alarm adds up ten metrics at most.
resource "aws_cloudwatch_metric_alarm" "throttles" {
  for_each = { for index, names in chunklist(local.http_functions, 10) : index == 0 ? "" : format("-%d", index + 1) => names }

  alarm_name          = "${var.name}-throttles${each.key}"
  alarm_description   = "Calls of this system's API were refused: the account's concurrency is used up. Ask for a higher quota, or lower the API's throttle."
  evaluation_periods  = 5
  datapoints_to_alarm = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "refused"
    expression  = "SUM(METRICS())"
    label       = "refused calls"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = each.value

    content {
      id = metric_query.value

      metric {
        namespace   = "AWS/Lambda"
        metric_name = "Throttles"
        dimensions  = { FunctionName = module.function[metric_query.value].name }
        stat        = "Sum"
        period      = 60
      }
    }
  }
}

moved {
  from = aws_cloudwatch_metric_alarm.throttles
  to   = aws_cloudwatch_metric_alarm.throttles[""]
}

resource "aws_cloudwatch_metric_alarm" "latency" {
  for_each = toset(local.telemetry.prediction_routes)

  # An alarm's name goes into the rollout's commands: no spaces, braces or slashes.
  alarm_name          = "${var.name}-latency-${trim(replace(lower(each.key), "/[^a-z]+/", "-"), "-")}"
  alarm_description   = "One in a hundred answers of ${each.key} took over a second inside the function."
  namespace           = local.telemetry.namespace
  metric_name         = local.telemetry.metrics.predictionLatency.name
  dimensions          = { service = var.name, route = each.key }
  extended_statistic  = "p99"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1000
  treat_missing_data  = "notBreaching"
  # A handful of requests has no percentile to speak of; a cold start would be its worst.
  evaluate_low_sample_count_percentiles = "ignore"
  alarm_actions                         = [aws_sns_topic.alarms.arn]
  ok_actions                            = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  for_each = toset(local.event_functions)

  alarm_name          = "${module.function[each.key].name}-dead-letters"
  alarm_description   = "Events that ${each.key} failed on, retries included, wait in ${module.function[each.key].dead_letter_queue_name}."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = module.function[each.key].dead_letter_queue_name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "api_5xx" {
  alarm_name          = "${var.name}-api-5xx"
  alarm_description   = "The API answered 5xx."
  namespace           = "AWS/ApiGateway"
  metric_name         = "5xx"
  dimensions          = { ApiId = aws_apigatewayv2_api.this.id, Stage = aws_apigatewayv2_stage.default.name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

# One fault among a handful of requests is what api_5xx is for; this one says that it is no longer one.
resource "aws_cloudwatch_metric_alarm" "error_rate" {
  alarm_name          = "${var.name}-error-rate"
  alarm_description   = "More than one in a hundred requests were answered 5xx, of 20 a minute or more."
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "percent"
    expression  = "IF(requests >= 20, 100 * FILL(faults, 0) / requests, 0)"
    label       = "5xx, percent of all"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { requests = "Count", faults = "5xx" }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApiGateway"
        metric_name = metric_query.value
        dimensions  = { ApiId = aws_apigatewayv2_api.this.id, Stage = aws_apigatewayv2_stage.default.name }
        stat        = metric_query.key == "requests" ? "SampleCount" : "Sum"
        period      = 60
      }
    }
  }
}

# Housekeeping looks once an hour, and starts again what is an hour old: what is still there at the next look needs a person.
resource "aws_cloudwatch_metric_alarm" "pending_uploads" {
  alarm_name          = "${var.name}-pending-uploads"
  alarm_description   = "An upload was neither refused nor trained for over three hours, though it was started again."
  namespace           = local.telemetry.namespace
  metric_name         = local.telemetry.metrics.pendingUploadAge.name
  dimensions          = { service = var.name }
  statistic           = "Maximum"
  period              = 3600
  evaluation_periods  = 2
  datapoints_to_alarm = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 3 * 3600
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "training_failed" {
  alarm_name          = "${var.name}-training-failed"
  alarm_description   = "A data set could not be learnt from: the champion stays."
  namespace           = local.telemetry.namespace
  metric_name         = local.telemetry.metrics.trainings.name
  dimensions          = { service = var.name, outcome = "failed" }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

# Whatever models there are: an alarm takes no SEARCH, but a query over all series of a metric. Only of a release that watches for drift.
resource "aws_cloudwatch_metric_alarm" "drift" {
  count = local.telemetry.drift_alarm_metric == null ? 0 : 1

  alarm_name        = "${var.name}-drift"
  alarm_description = "What a model is asked, or what it answers, is no longer like its training data."
  # The monitor runs once an hour, give or take a quarter: one period may be without its word.
  evaluation_periods  = 2
  datapoints_to_alarm = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "drift"
    expression  = "SELECT MAX(${coalesce(local.telemetry.drift_alarm_metric, "none")}) FROM SCHEMA(\"${local.telemetry.namespace}\", model, service) WHERE service = '${var.name}'"
    label       = "models that drifted"
    period      = 3600
    return_data = true
  }
}

resource "aws_cloudwatch_metric_alarm" "exporter_silence" {
  count = var.metrics_are_scraped ? 1 : 0

  alarm_name          = "${var.name}-exporter-silence"
  alarm_description   = "No scrape of /metrics was answered for a quarter of an hour."
  namespace           = local.telemetry.namespace
  metric_name         = local.telemetry.metrics.requestCount.name
  dimensions          = { service = var.name, route = "GET /metrics", status = "2xx" }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}
