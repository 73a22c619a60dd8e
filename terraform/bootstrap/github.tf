locals {
  issuer = "token.actions.githubusercontent.com"

  # Repositories created since July 2026 name themselves with numbers that are never given to another; older ones by name only.
  repository_subjects = [
    "repo:${var.repository.owner}/${var.repository.name}",
    "repo:${var.repository.owner}@${var.repository.owner_id}/${var.repository.name}@${var.repository.id}",
  ]
  has_sandbox = var.sandbox_name != null
  # What may be applied, and the name that all of it carries. Each run of the sandbox has a name of its own.
  systems = merge({ system = var.name }, local.has_sandbox ? { sandbox = "${var.sandbox_name}-*" } : {})

  # Whose jobs, and what of. A plan reads what an apply reads.
  github_roles = merge(
    {
      plan  = { subject = "pull_request", system = "system", writes = [] }
      apply = { subject = "environment:${var.environment}", system = "system", writes = ["data", "compute", "watch"] }
    },
    local.has_sandbox ? {
      sandbox = {
        subject = "environment:${var.sandbox_environment}", system = "sandbox", writes = ["data", "compute", "watch", "teardown"]
      }
    } : {},
  )

  role_policies = merge([
    for role, facts in local.github_roles : merge(
      { "${role}-read" = { role = role, arn = aws_iam_policy.read[facts.system].arn } },
      { for part in facts.writes : "${role}-${part}" => { role = role, arn = aws_iam_policy.write["${facts.system}-${part}"].arn } },
    )
  ]...)

  write_policies = merge([
    for role, facts in local.github_roles : {
      for part in facts.writes : "${facts.system}-${part}" => { system = facts.system, part = part }
    }
  ]...)

  policy_names = {
    for system, name in local.systems : system => {
      name             = name
      api_id           = coalesce(system == "system" ? var.api_id : null, "*")
      partition        = data.aws_partition.current.partition
      region           = data.aws_region.current.id
      account_id       = data.aws_caller_identity.current.account_id
      state_bucket_arn = aws_s3_bucket.state.arn
      boundary_arn     = aws_iam_policy.boundary[system].arn
      hosted_zone_id   = system == "system" ? var.hosted_zone_id : null
    }
  }
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.create_oidc_provider ? 1 : 0

  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_openid_connect_provider" "github" {
  count = var.create_oidc_provider ? 0 : 1

  url = "https://${local.issuer}"
}

resource "aws_iam_role" "github" {
  for_each = local.github_roles

  name        = "${var.name}-github-${each.key}"
  description = "GitHub Actions of ${var.repository.owner}/${var.repository.name}: ${each.key}"
  assume_role_policy = templatefile("${path.module}/policies/github-trust.json.tftpl", {
    provider_arn = one(concat(aws_iam_openid_connect_provider.github[*].arn, data.aws_iam_openid_connect_provider.github[*].arn))
    issuer       = local.issuer
    subjects     = jsonencode([for repository in local.repository_subjects : "${repository}:${each.value.subject}"])
  })
}

# Policies of their own and not the roles': a role's own together hold 10,240 characters, a policy 6,144. A test holds them below that.
resource "aws_iam_policy" "read" {
  for_each = local.systems

  name        = "${var.name}-github-${each.key}-read"
  description = "What a plan of ${each.value} reads."
  policy      = templatefile("${path.module}/policies/read.json.tftpl", local.policy_names[each.key])
}

resource "aws_iam_policy" "write" {
  for_each = local.write_policies

  name        = "${var.name}-github-${each.key}"
  description = "What an apply of ${local.systems[each.value.system]} writes: ${each.value.part}"
  policy = templatefile(
    "${path.module}/policies/${each.value.part == "teardown" ? "" : "write-"}${each.value.part}.json.tftpl", local.policy_names[each.value.system],
  )
}

resource "aws_iam_role_policy_attachment" "github" {
  for_each = local.role_policies

  role       = aws_iam_role.github[each.value.role].name
  policy_arn = each.value.arn
}

# What a system with train_on = "fargate" needs beside that.
resource "aws_iam_policy" "fargate" {
  for_each = var.trains_on_fargate ? toset(["read", "write"]) : toset([])

  name        = "${var.name}-github-fargate-${each.key}"
  description = "Trainings on Fargate: ${each.key}"
  policy      = templatefile("${path.module}/policies/fargate-${each.key}.json.tftpl", local.policy_names["system"])
}

resource "aws_iam_role_policy_attachment" "fargate" {
  for_each = var.trains_on_fargate ? { plan-read = "plan", apply-read = "apply", apply-write = "apply" } : {}

  role       = aws_iam_role.github[each.value].name
  policy_arn = aws_iam_policy.fargate[split("-", each.key)[1]].arn
}

# The most that a role of the system may ever do, whatever policy is put on it: the applying role can create no role without it, and so
# no role that can do more than it.
resource "aws_iam_policy" "boundary" {
  for_each = local.systems

  name        = each.key == "system" ? "${var.name}-boundary" : "${var.name}-${each.key}-boundary"
  description = "The most that any role of ${each.value} may do."
  policy = templatefile("${path.module}/policies/boundary.json.tftpl", {
    name              = each.value
    partition         = data.aws_partition.current.partition
    region            = data.aws_region.current.id
    account_id        = data.aws_caller_identity.current.account_id
    trains_on_fargate = each.key == "system" && var.trains_on_fargate
  })
}
