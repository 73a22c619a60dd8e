output "name" {
  value       = aws_lambda_function.this.function_name
  description = "The function's name."
}

output "runtime" {
  value       = aws_lambda_function.this.runtime
  description = "What it runs on."
}

output "alias_arn" {
  value       = aws_lambda_alias.this.arn
  description = "What callers name."
}

output "alias_invoke_arn" {
  value       = aws_lambda_alias.this.invoke_arn
  description = "What the API's integrations name."
}

output "version" {
  value       = aws_lambda_function.this.version
  description = "The version that was published last: what a rollout moves the alias to."
}

output "role_name" {
  value       = aws_iam_role.this.name
  description = "The function's role."
}

output "log_group_name" {
  value       = aws_cloudwatch_log_group.this.name
  description = "Where the function logs."
}

output "events_queue_arn" {
  value       = one(aws_sqs_queue.events[*].arn)
  description = "Where a bucket sends its events; null where none does."
}

output "dead_letter_queue_arn" {
  value       = one(aws_sqs_queue.dead_letters[*].arn)
  description = "The ARN of that queue."
}

output "dead_letter_queue_url" {
  value       = one(aws_sqs_queue.dead_letters[*].url)
  description = "Where messages to that queue are sent."
}

output "dead_letter_queue_name" {
  value       = one(aws_sqs_queue.dead_letters[*].name)
  description = "Where its failed events are kept; null for a function that its caller waits for."
}
