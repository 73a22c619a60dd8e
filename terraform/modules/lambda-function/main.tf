locals {
  # Names the code by its bytes: a commit that leaves a function alone leaves its version alone too.
  code_sha256 = filesha256(var.package)
}

resource "aws_lambda_function" "this" {
  function_name    = var.name
  description      = var.description
  role             = aws_iam_role.this.arn
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  handler          = "handler.handler"
  runtime          = var.runtime
  architectures    = ["arm64"]
  memory_size      = var.memory_mb
  timeout          = var.timeout_seconds
  publish          = true

  reserved_concurrent_executions = var.reserved_concurrency == null ? -1 : var.reserved_concurrency

  environment {
    variables = merge(var.environment, { CODE_VERSION = substr(local.code_sha256, 0, 12) })
  }

  tracing_config {
    mode = "Active"
  }

  # A function that runs before it may write leaves no trace of why it failed; and Lambda would make a log group that keeps for ever.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.runtime, aws_iam_role_policy.function]
}

resource "aws_lambda_alias" "this" {
  name             = var.alias
  description      = "What callers reach; moved by the rollout, not by Terraform."
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version

  lifecycle {
    ignore_changes = [description, function_version, routing_config]
  }
}

resource "aws_lambda_function_event_invoke_config" "this" {
  count = var.keeps_failed_events ? 1 : 0

  function_name          = aws_lambda_function.this.function_name
  qualifier              = aws_lambda_alias.this.name
  maximum_retry_attempts = 2

  destination_config {
    on_failure {
      destination = aws_sqs_queue.dead_letters[0].arn
    }
  }
}

resource "aws_sqs_queue" "dead_letters" {
  count = var.keeps_failed_events ? 1 : 0

  name                      = "${var.name}-dead-letters"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = true
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}
