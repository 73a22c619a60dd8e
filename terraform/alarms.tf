locals {
  # Written from lib/telemetry/metric-names.ts, and held to it by a test.
  telemetry = jsondecode(file("${path.module}/metric-names.json"))

  event_functions = [for name, f in local.functions : name if f.triggered_by == "event"]
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

# Over the whole account: its functions share one quota of concurrency, 10 in a new account.
resource "aws_cloudwatch_metric_alarm" "throttles" {
  alarm_name          = "${var.name}-throttles"
  alarm_description   = "Calls of functions were refused: the account's concurrency is used up. Ask for a higher quota, or lower the API's throttle."
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
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

resource "aws_cloudwatch_metric_alarm" "latency" {
  for_each = toset(local.telemetry.prediction_routes)

  # An alarm's name goes into the rollout's commands: no spaces, braces or slashes.
  alarm_name          = "${var.name}-latency-${trim(replace(lower(each.key), "/[^a-z]+/", "-"), "-")}"
  alarm_description   = "One in a hundred answers of ${each.key} took over a second inside the function."
  namespace           = local.telemetry.namespace
  metric_name         = local.telemetry.metrics.predictionLatency.name
  dimensions          = { service = local.telemetry.service, route = each.key }
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
