locals {
  # Written out rather than taken from the resource: the functions name the state machine, and it names a function.
  batch_state_machine_name = "${var.name}-batch"
  batch_state_machine_arn = format(
    "arn:%s:states:%s:%s:stateMachine:%s",
    data.aws_partition.current.partition, data.aws_region.current.id, data.aws_caller_identity.current.account_id,
    local.batch_state_machine_name,
  )
  # Executions of the state machine, and those that its distributed map starts of itself.
  batch_executions_arn = format(
    "arn:%s:states:%s:%s:execution:%s",
    data.aws_partition.current.partition, data.aws_region.current.id, data.aws_caller_identity.current.account_id,
    local.batch_state_machine_name,
  )
}

# Predicts every row of a file, in lots. It costs nothing while no batch runs.
resource "aws_sfn_state_machine" "batch" {
  name     = local.batch_state_machine_name
  role_arn = aws_iam_role.batch_state_machine.arn

  # The same definition runs on a laptop: see lib/local/step-functions.
  definition = templatefile("${path.module}/state-machines/batch.asl.json", {
    batch_function_arn = module.function["batch"].alias_arn
  })

  # A machine that may not call its function would record no failure.
  depends_on = [aws_iam_role_policy.batch_state_machine]
}

resource "aws_iam_role" "batch_state_machine" {
  name                 = "${var.name}-batch-state-machine"
  path                 = local.role_path
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = templatefile("${path.module}/policies/state-machine-trust.json.tftpl", {
    account_id        = data.aws_caller_identity.current.account_id
    state_machine_arn = local.batch_state_machine_arn
  })
}

resource "aws_iam_role_policy" "batch_state_machine" {
  name = "run"
  role = aws_iam_role.batch_state_machine.id
  policy = templatefile("${path.module}/policies/batch-state-machine.json.tftpl", {
    batch_function_arn = module.function["batch"].alias_arn
    state_machine_arn  = local.batch_state_machine_arn
    executions_arn     = local.batch_executions_arn
  })
}
