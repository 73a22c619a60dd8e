locals {
  started_by_objects = { for name, f in local.functions : name => f.object_created if f.object_created != null }
}

resource "aws_s3_bucket_notification" "stage" {
  for_each = toset([for created in local.started_by_objects : created.stage])

  bucket = aws_s3_bucket.stage[each.key].id

  dynamic "lambda_function" {
    for_each = { for name, created in local.started_by_objects : name => created if created.stage == each.key }

    content {
      id                  = lambda_function.key
      lambda_function_arn = module.function[lambda_function.key].alias_arn
      events              = ["s3:ObjectCreated:*"]
      filter_suffix       = lambda_function.value.suffix
    }
  }

  depends_on = [aws_lambda_permission.bucket]
}

moved {
  from = aws_s3_bucket_notification.raw
  to   = aws_s3_bucket_notification.stage["raw"]
}

moved {
  from = aws_s3_bucket_notification.processed
  to   = aws_s3_bucket_notification.stage["processed"]
}

resource "aws_lambda_permission" "bucket" {
  for_each = { for name, created in local.started_by_objects : name => created.stage }

  statement_id   = "${each.value}-bucket"
  action         = "lambda:InvokeFunction"
  function_name  = module.function[each.key].name
  qualifier      = local.alias
  principal      = "s3.amazonaws.com"
  source_arn     = aws_s3_bucket.stage[each.value].arn
  source_account = data.aws_caller_identity.current.account_id
}
