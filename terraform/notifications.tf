# Every created object is notified: a key that is no CSV is refused with a report, where a filter would lose it without a word.
resource "aws_s3_bucket_notification" "raw" {
  bucket = aws_s3_bucket.stage["raw"].id

  lambda_function {
    id                  = "ingest"
    lambda_function_arn = module.function["ingest"].alias_arn
    events              = ["s3:ObjectCreated:*"]
  }

  depends_on = [aws_lambda_permission.bucket]
}

# The manifest is put last: with it a data set is complete.
resource "aws_s3_bucket_notification" "processed" {
  bucket = aws_s3_bucket.stage["processed"].id

  lambda_function {
    id                  = "train"
    lambda_function_arn = module.function["train"].alias_arn
    events              = ["s3:ObjectCreated:*"]
    filter_suffix       = "/manifest.json"
  }

  depends_on = [aws_lambda_permission.bucket]
}

resource "aws_lambda_permission" "bucket" {
  for_each = { ingest = "raw", train = "processed" }

  statement_id   = "${each.value}-bucket"
  action         = "lambda:InvokeFunction"
  function_name  = module.function[each.key].name
  qualifier      = local.alias
  principal      = "s3.amazonaws.com"
  source_arn     = aws_s3_bucket.stage[each.value].arn
  source_account = data.aws_caller_identity.current.account_id
}
