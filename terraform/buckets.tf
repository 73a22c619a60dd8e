locals {
  # Bucket names are one namespace over all accounts and regions.
  bucket_suffix = "${data.aws_caller_identity.current.account_id}-${data.aws_region.current.id}"

  # How long what was replaced or deleted can be had back; raw files are what everything can be made from again.
  buckets = {
    raw         = { noncurrent_days = 365, expire_days = null }
    processed   = { noncurrent_days = 30, expire_days = null }
    models      = { noncurrent_days = 90, expire_days = null }
    predictions = { noncurrent_days = 30, expire_days = 365 }
    # Files that were predicted, and their results: whoever wants them longer takes them along.
    batches = { noncurrent_days = 30, expire_days = 90 }
    results = { noncurrent_days = 1, expire_days = 90 }
  }
  bucket_names = { for stage in keys(local.buckets) : stage => "${var.name}-${stage}-${local.bucket_suffix}" }
  bucket_arns  = { for stage, name in local.bucket_names : stage => "arn:${data.aws_partition.current.partition}:s3:::${name}" }

  # By stage, of the buckets that pages may send files to. Written from lib/storage/bucket-cors.ts, and held to it
  # by a test.
  bucket_cors = jsondecode(file("${path.module}/bucket-cors.json"))
}

resource "aws_s3_bucket" "stage" {
  for_each = local.buckets

  bucket        = local.bucket_names[each.key]
  force_destroy = !var.protect_data
}

# Ingestion reads the version that an event names, and housekeeping deletes artifacts by version.
resource "aws_s3_bucket_versioning" "stage" {
  for_each = aws_s3_bucket.stage

  bucket = each.value.id

  versioning_configuration {
    status = "Enabled"
  }
}

# S3's own keys: a key of one's own costs a dollar a month and each request, and guards against nobody new here.
resource "aws_s3_bucket_server_side_encryption_configuration" "stage" {
  for_each = aws_s3_bucket.stage

  bucket = each.value.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "stage" {
  for_each = aws_s3_bucket.stage

  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "stage" {
  for_each = aws_s3_bucket.stage

  bucket = each.value.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "tls_only" {
  for_each = aws_s3_bucket.stage

  bucket = each.value.id
  policy = templatefile("${path.module}/policies/tls-only.json.tftpl", { bucket_arn = each.value.arn })

  # S3 takes one change of a bucket's access at a time.
  depends_on = [aws_s3_bucket_public_access_block.stage]
}

# Pages of the API's own origin, and of those that may call it, send files to the addresses that the API signs.
resource "aws_s3_bucket_cors_configuration" "stage" {
  for_each = local.bucket_cors

  bucket = aws_s3_bucket.stage[each.key].id

  cors_rule {
    allowed_origins = concat([local.api_url], var.cors_allowed_origins)
    allowed_methods = each.value.methods
    allowed_headers = each.value.allowed_headers
    expose_headers  = each.value.exposed_headers
    max_age_seconds = each.value.max_age_seconds
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "stage" {
  for_each = local.buckets

  bucket = aws_s3_bucket.stage[each.key].id

  rule {
    id     = "leftovers"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = each.value.noncurrent_days
    }

    # A mark of deletion whose versions are all gone would be listed for ever.
    expiration {
      expired_object_delete_marker = true
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 2
    }
  }

  dynamic "rule" {
    for_each = each.value.expire_days == null ? [] : [each.value.expire_days]

    content {
      id     = "expiry"
      status = "Enabled"

      filter {}

      expiration {
        days = rule.value
      }
    }
  }

  # What a batch that was refused or failed leaves: a later attempt goes on from it.
  dynamic "rule" {
    for_each = each.key == "results" ? [7] : []

    content {
      id     = "parts"
      status = "Enabled"

      filter {
        prefix = "_parts/"
      }

      expiration {
        days = rule.value
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.stage]
}
