# Events are off unless var.events says otherwise: without it there is no function, schedule, bus or rule.
locals {
  event_targets = var.events == null ? {} : var.events.targets
  event_bus_arn = format(
    "arn:%s:events:%s:%s:event-bus/${var.name}",
    data.aws_partition.current.partition, data.aws_region.current.id, data.aws_caller_identity.current.account_id,
  )
}

resource "aws_cloudwatch_event_bus" "this" {
  count = var.events == null ? 0 : 1

  name = var.name
}

resource "aws_cloudwatch_event_rule" "target" {
  for_each = local.event_targets

  name           = "${var.name}-${each.key}"
  event_bus_name = aws_cloudwatch_event_bus.this[0].name
  event_pattern = jsonencode(merge(
    { source = ["classifier"] },
    each.value.types == null ? {} : { "detail-type" = each.value.types },
  ))
}

# What the address asks for as its secret is in the connection, which a person makes: see README.md. It is in no state.
resource "aws_cloudwatch_event_api_destination" "target" {
  for_each = local.event_targets

  name                             = "${var.name}-${each.key}"
  invocation_endpoint              = each.value.url
  http_method                      = "POST"
  invocation_rate_limit_per_second = each.value.rate_per_second
  connection_arn                   = each.value.connection_arn
}

resource "aws_cloudwatch_event_target" "target" {
  for_each = local.event_targets

  rule           = aws_cloudwatch_event_rule.target[each.key].name
  event_bus_name = aws_cloudwatch_event_bus.this[0].name
  target_id      = "http"
  arn            = aws_cloudwatch_event_api_destination.target[each.key].arn
  role_arn       = aws_iam_role.event_targets[0].arn
  input_path     = each.value.slack_channel == null ? "$.detail" : null

  dynamic "input_transformer" {
    for_each = each.value.slack_channel == null ? [] : [each.value.slack_channel]

    content {
      # EventBridge escapes nothing: a summary has no quotes, which a test holds.
      input_paths    = { summary = "$.detail.data.summary", type = "$.detail-type" }
      input_template = "{\"channel\": ${jsonencode(input_transformer.value)}, \"text\": \"<summary> (<type>)\"}"
    }
  }

  # What no target took within a day is in the outbox still: GET /events lists it.
  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }
}

resource "aws_iam_role" "event_targets" {
  count = length(local.event_targets) == 0 ? 0 : 1

  name                 = "${var.name}-event-targets"
  path                 = local.role_path
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = templatefile("${path.module}/policies/event-targets-trust.json.tftpl", {
    account_id = data.aws_caller_identity.current.account_id
  })
}

resource "aws_iam_role_policy" "event_targets" {
  count = length(local.event_targets) == 0 ? 0 : 1

  name = "send"
  role = aws_iam_role.event_targets[0].id
  policy = templatefile("${path.module}/policies/event-targets.json.tftpl", {
    destination_arns = jsonencode([for target in aws_cloudwatch_event_api_destination.target : target.arn])
  })
}
