locals {
  # Each definition in state-machines/, by its name, and the function that does its steps. The same definitions run on a
  # laptop: see lib/local/step-functions.
  state_machines = {
    batch      = "batch"
    ingest-set = "ingest"
  }

  # Written out rather than taken from the resources: the functions name the state machines, and those name functions.
  state_machine_arns = {
    for machine in keys(local.state_machines) : machine => format(
      "arn:%s:states:%s:%s:stateMachine:${var.name}-%s",
      data.aws_partition.current.partition, data.aws_region.current.id, data.aws_caller_identity.current.account_id,
      machine,
    )
  }
  # Executions of a state machine, and those that its distributed map starts of itself.
  executions_arns = { for machine, arn in local.state_machine_arns : machine => replace(arn, ":stateMachine:", ":execution:") }
}

# batch predicts every row of a file, in lots; ingest-set reads a data set of many files. They cost nothing while
# nothing runs.
resource "aws_sfn_state_machine" "this" {
  for_each = local.state_machines

  name     = "${var.name}-${each.key}"
  role_arn = aws_iam_role.state_machine[each.key].arn

  definition = templatefile("${path.module}/state-machines/${each.key}.asl.json", {
    "${each.value}_function_arn" = module.function[each.value].alias_arn
  })

  # A machine that may not call its function would record no failure.
  depends_on = [aws_iam_role_policy.state_machine]
}

resource "aws_iam_role" "state_machine" {
  for_each = local.state_machines

  name                 = "${var.name}-${each.key}-state-machine"
  path                 = local.role_path
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = templatefile("${path.module}/policies/state-machine-trust.json.tftpl", {
    account_id        = data.aws_caller_identity.current.account_id
    state_machine_arn = local.state_machine_arns[each.key]
  })
}

resource "aws_iam_role_policy" "state_machine" {
  for_each = local.state_machines

  name = "run"
  role = aws_iam_role.state_machine[each.key].id
  policy = templatefile("${path.module}/policies/state-machine.json.tftpl", {
    function_arn      = module.function[each.value].alias_arn
    state_machine_arn = local.state_machine_arns[each.key]
    executions_arn    = local.executions_arns[each.key]
  })
}

moved {
  from = aws_sfn_state_machine.batch
  to   = aws_sfn_state_machine.this["batch"]
}

moved {
  from = aws_iam_role.batch_state_machine
  to   = aws_iam_role.state_machine["batch"]
}

moved {
  from = aws_iam_role_policy.batch_state_machine
  to   = aws_iam_role_policy.state_machine["batch"]
}
