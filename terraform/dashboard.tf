locals {
  metric     = local.telemetry.metrics
  namespace  = local.telemetry.namespace
  by_service = ["service", local.telemetry.service]
  # Models come and go: a search finds those that there are.
  models_search = "SEARCH('{${local.namespace},service,model} MetricName=\"%s\"', '%s', 300)"

  panels = [
    {
      title = "Requests by status"
      metrics = [for status in local.telemetry.status_classes : [{
        expression = "SUM(SEARCH('{${local.namespace},service,route,status} MetricName=\"${local.metric.requestCount.name}\" status=\"${status}\"', 'Sum', 60))"
        label      = status
      }]]
    },
    {
      title = "Prediction latency, ms"
      metrics = [for p in ["p50", "p99"] : concat(
        [local.namespace, local.metric.predictionLatency.name], local.by_service,
        ["route", local.telemetry.prediction_routes[0], { stat = p, label = p }],
      )]
    },
    {
      title   = "Errors of functions"
      metrics = [for name, f in module.function : ["AWS/Lambda", "Errors", "FunctionName", f.name, { stat = "Sum", label = name }]]
    },
    {
      title   = "Calls of functions at once"
      metrics = [for name, f in module.function : ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", f.name, { stat = "Maximum", label = name }]]
    },
    {
      title = "Rows accepted and rejected, files refused"
      metrics = [for m in [local.metric.rowsAccepted, local.metric.rowsRejected, local.metric.filesRefused] : [{
        expression = "SUM(${format(local.models_search, m.name, "Sum")})"
        label      = m.name
      }]]
    },
    {
      title   = "Macro-F1 of trained versions"
      metrics = [[{ expression = format(local.models_search, local.metric.modelMacroF1.name, "Average") }]]
    },
    {
      title   = "Training, ms"
      metrics = [[{ expression = format(local.models_search, local.metric.trainingDuration.name, "Maximum") }]]
    },
    {
      title   = "Events that failed for good"
      metrics = [for name in local.event_functions : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", module.function[name].dead_letter_queue_name, { stat = "Maximum", label = name }]]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for i, panel in local.panels : {
      type   = "metric"
      x      = (i % 2) * 12
      y      = floor(i / 2) * 6
      width  = 12
      height = 6
      properties = {
        title   = panel.title
        metrics = panel.metrics
        region  = data.aws_region.current.id
        view    = "timeSeries"
        period  = 60
      }
    }]
  })
}
