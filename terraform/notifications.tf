locals {
  started_by_objects = { for name, f in local.functions : name => f.object_created if f.object_created != null }
}

# Into the queue of the function that reads them: modules/lambda-function says why there is one.
resource "aws_s3_bucket_notification" "stage" {
  for_each = toset([for created in local.started_by_objects : created.stage])

  bucket = aws_s3_bucket.stage[each.key].id

  dynamic "queue" {
    for_each = { for name, created in local.started_by_objects : name => created if created.stage == each.key }

    content {
      id            = queue.key
      queue_arn     = module.function[queue.key].events_queue_arn
      events        = ["s3:ObjectCreated:*"]
      filter_suffix = queue.value.suffix
    }
  }

  # S3 tries the queue before it takes the notification: the queue's policy must be there.
  depends_on = [module.function]
}

moved {
  from = aws_s3_bucket_notification.raw
  to   = aws_s3_bucket_notification.stage["raw"]
}

moved {
  from = aws_s3_bucket_notification.processed
  to   = aws_s3_bucket_notification.stage["processed"]
}
