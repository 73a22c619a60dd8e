output "api_url" {
  description = "Where the API answers."
  value       = local.api_url
}

output "raw_bucket" {
  description = "Where tables go: <file>.csv or <model>/<file>.csv, or .tsv, .txt, .data, .csv.gz, .parquet."
  value       = local.bucket_names.raw
}

output "batches_bucket" {
  description = "Where files go whose rows are to be predicted: <file>.csv or <model>/<file>.csv, with the same endings."
  value       = local.bucket_names.batches
}

output "dashboard_url" {
  description = "The dashboard in the console."
  value       = "https://${data.aws_region.current.id}.console.aws.amazon.com/cloudwatch/home?region=${data.aws_region.current.id}#dashboards/dashboard/${aws_cloudwatch_dashboard.this.dashboard_name}"
}

output "predict_curl" {
  description = "A prediction of the model that data/raw/iris.csv makes, to be pasted into a shell where TOKEN is set."
  value       = "curl -s ${var.domain == null ? aws_apigatewayv2_api.this.api_endpoint : "https://${var.domain.name}"}/predict -H \"Authorization: Bearer $TOKEN\" --json '{\"features\":[5.1,3.5,1.4,0.2]}'"
}

output "buckets" {
  description = "Names of the buckets, by stage."
  value       = local.bucket_names
}

output "event_bus" {
  description = "The bus that events are put on; null where there are none."
  value       = one(aws_cloudwatch_event_bus.this[*].name)
}

output "train_repository_url" {
  description = "Where the image goes that trains on Fargate; null unless train_on is \"fargate\"."
  value       = one(aws_ecr_repository.train[*].repository_url)
}

output "train_image" {
  description = "The image that trains on Fargate; null for none. The workflows plan with it until another is pushed."
  value       = var.train_image
}

output "registry_table" {
  description = "The registry's table, where `npm run token` puts tokens."
  value       = aws_dynamodb_table.registry.name
}

output "warnings" {
  description = "What a person should know of these inputs; the deploy workflow shows it in its summary."
  value = compact([
    var.alarm_email == null ? "alarm_email is not set: alarms and the budget's warnings reach nobody." : "",
    local.has_train_repository && !local.trains_on_fargate ? "train_image is not set: tables beyond the train function's limits are still trained there." : "",
    var.protect_data ? "" : "protect_data is false: terraform destroy deletes all data.",
  ])
}

output "functions" {
  description = "Per function: its name, the version published last, and whether the API calls it (\"http\") or events do (\"event\")."
  value = {
    for name, f in module.function : name => {
      name = f.name, version = f.version, triggered_by = local.functions[name].triggered_by
    }
  }
}

output "alias" {
  description = "The alias that serves; a rollout moves it to the published version."
  value       = local.alias
}

output "rollout_alarms" {
  description = "Alarms that stop a rollout and turn it back."
  value = sort(concat(
    [for name, f in local.functions : aws_cloudwatch_metric_alarm.errors[name].alarm_name if f.triggered_by == "http"],
    [for alarm in aws_cloudwatch_metric_alarm.latency : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.throttles : alarm.alarm_name],
    [aws_cloudwatch_metric_alarm.api_5xx.alarm_name],
  ))
}
