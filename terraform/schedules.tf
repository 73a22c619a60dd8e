locals {
  schedules = { for name, f in local.functions : name => f.schedule if f.schedule != null }
}

resource "aws_scheduler_schedule" "function" {
  for_each = local.schedules

  name                = "${var.name}-${each.key}"
  schedule_expression = each.value

  # What runs several times an hour is waited for.
  flexible_time_window {
    mode                      = endswith(each.value, "hour)") ? "FLEXIBLE" : "OFF"
    maximum_window_in_minutes = endswith(each.value, "hour)") ? 15 : null
  }

  target {
    arn      = module.function[each.key].alias_arn
    role_arn = aws_iam_role.scheduler.arn

    # The next run makes up for one that could not begin.
    retry_policy {
      maximum_retry_attempts       = 3
      maximum_event_age_in_seconds = 1800
    }
  }
}

resource "aws_iam_role" "scheduler" {
  name                 = "${var.name}-scheduler"
  path                 = local.role_path
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = templatefile("${path.module}/policies/scheduler-trust.json.tftpl", {
    account_id   = data.aws_caller_identity.current.account_id
    schedule_arn = "arn:${data.aws_partition.current.partition}:scheduler:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:schedule/default/${var.name}-*"
  })
}

resource "aws_iam_role_policy" "scheduler" {
  name = "invoke"
  role = aws_iam_role.scheduler.id
  policy = templatefile("${path.module}/policies/scheduler.json.tftpl", {
    function_arns = jsonencode([for name in keys(local.schedules) : module.function[name].alias_arn])
  })
}
