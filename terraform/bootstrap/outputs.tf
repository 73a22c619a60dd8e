output "plan_role_arn" {
  description = "The role that pull requests plan with; it can change nothing."
  value       = aws_iam_role.github["plan"].arn
}

output "apply_role_arn" {
  description = "The role that the environment's jobs apply and roll out with."
  value       = aws_iam_role.github["apply"].arn
}

output "permissions_boundary_arn" {
  description = "The system's input permissions_boundary_arn; without it the applying role may create no role."
  value       = aws_iam_policy.boundary["system"].arn
}

output "sandbox" {
  description = "The role of the workflow Sandbox, its permissions_boundary_arn, and what names begin with; null without sandbox_name."
  value = local.has_sandbox ? {
    role_arn                 = aws_iam_role.github["sandbox"].arn
    permissions_boundary_arn = aws_iam_policy.boundary["sandbox"].arn
    name                     = var.sandbox_name
  } : null
}

output "state_bucket" {
  description = "The bucket for the system's state."
  value       = aws_s3_bucket.state.id
}

output "state_key" {
  description = "The key for the system's state: the roles may read and write this one."
  value       = "${var.name}/system.tfstate"
}
