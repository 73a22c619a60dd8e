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

  # No server_side_encryption: DynamoDB encrypts with a key of its own. With the account's key for DynamoDB every role would need kms:Decrypt,
  # which the permissions boundary does not have, and each call of the key would cost.

  point_in_time_recovery {
    enabled = true
  }

  deletion_protection_enabled = var.protect_data
}
