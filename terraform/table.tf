resource "aws_dynamodb_table" "registry" {
  name         = "${var.name}-registry"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  dynamic "attribute" {
    for_each = ["pk", "sk", "time_pk", "time_sk"]

    content {
      name = attribute.value
      type = "S"
    }
  }

  global_secondary_index {
    name            = "by_time"
    hash_key        = "time_pk"
    range_key       = "time_sk"
    projection_type = "ALL"
  }

  # Labels of predictions expire; no other item has this attribute.
  ttl {
    attribute_name = "ttl"
    enabled        = true
  }

  # The account's key for DynamoDB: its use shows in CloudTrail, and it costs nothing while nobody calls.
  server_side_encryption {
    enabled = true
  }

  point_in_time_recovery {
    enabled = true
  }

  deletion_protection_enabled = var.protect_data
}
