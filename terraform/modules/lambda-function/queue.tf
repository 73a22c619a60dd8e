# What a bucket creates waits here: the mapping bounds how many calls run at once in every account, also where the quota leaves nothing to
# reserve. Lambda takes a message, and deletes it once the function has returned.
resource "aws_sqs_queue" "events" {
  count = var.queued_events == null ? 0 : 1

  name = "${var.name}-events"
  # A message that is being worked on must not be given out again.
  visibility_timeout_seconds = var.timeout_seconds + 60
  message_retention_seconds  = 7 * 24 * 3600
  sqs_managed_sse_enabled    = true

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters[0].arn
    maxReceiveCount     = 3
  })
}

resource "aws_sqs_queue_policy" "events" {
  count = var.queued_events == null ? 0 : 1

  queue_url = aws_sqs_queue.events[0].id
  policy = templatefile("${path.module}/policies/events-queue.json.tftpl", {
    queue_arn  = aws_sqs_queue.events[0].arn
    bucket_arn = var.queued_events.bucket_arn
    account_id = var.queued_events.account_id
  })
}

resource "aws_lambda_event_source_mapping" "events" {
  count = var.queued_events == null ? 0 : 1

  event_source_arn = aws_sqs_queue.events[0].arn
  function_name    = aws_lambda_alias.this.arn
  batch_size       = 1

  scaling_config {
    maximum_concurrency = var.queued_events.concurrency
  }
}
