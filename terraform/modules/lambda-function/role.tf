resource "aws_iam_role" "this" {
  path                 = var.role_path
  name                 = var.name
  assume_role_policy   = file("${path.module}/policies/trust.json")
  permissions_boundary = var.permissions_boundary_arn
}

resource "aws_iam_role_policy" "runtime" {
  name = "runtime"
  role = aws_iam_role.this.id
  policy = templatefile("${path.module}/policies/runtime.json.tftpl", {
    log_group_arn         = aws_cloudwatch_log_group.this.arn
    dead_letter_queue_arn = one(aws_sqs_queue.dead_letters[*].arn)
    events_queue_arn      = one(aws_sqs_queue.events[*].arn)
  })
}

resource "aws_iam_role_policy" "function" {
  name   = "function"
  role   = aws_iam_role.this.id
  policy = var.policy
}
