locals {
  issuer = "token.actions.githubusercontent.com"

  # Repositories created since July 2026 name themselves with numbers that are never given to another; older ones by name only.
  repository_subjects = [
    "repo:${var.repository.owner}/${var.repository.name}",
    "repo:${var.repository.owner}@${var.repository.owner_id}/${var.repository.name}@${var.repository.id}",
  ]
  github_roles = {
    plan  = "pull_request"
    apply = "environment:${var.environment}"
  }

  policy_names = {
    name             = var.name
    partition        = data.aws_partition.current.partition
    region           = data.aws_region.current.id
    account_id       = data.aws_caller_identity.current.account_id
    state_bucket_arn = aws_s3_bucket.state.arn
    boundary_arn     = aws_iam_policy.boundary.arn
    hosted_zone_id   = var.hosted_zone_id
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
    subjects     = jsonencode([for repository in local.repository_subjects : "${repository}:${each.value}"])
  })
}

# A plan reads what an apply reads.
resource "aws_iam_role_policy" "read" {
  for_each = aws_iam_role.github

  name   = "read"
  role   = each.value.id
  policy = templatefile("${path.module}/policies/read.json.tftpl", local.policy_names)
}

resource "aws_iam_role_policy" "write" {
  for_each = toset(["data", "compute", "watch"])

  name   = "write-${each.key}"
  role   = aws_iam_role.github["apply"].id
  policy = templatefile("${path.module}/policies/write-${each.key}.json.tftpl", local.policy_names)
}

# The most that a role of the system may ever do, whatever policy is put on it: the applying role can create no role without it, and so
# no role that can do more than it.
resource "aws_iam_policy" "boundary" {
  name        = "${var.name}-boundary"
  description = "The most that any role of ${var.name} may do."
  policy = templatefile("${path.module}/policies/boundary.json.tftpl", {
    name       = var.name
    partition  = data.aws_partition.current.partition
    region     = data.aws_region.current.id
    account_id = data.aws_caller_identity.current.account_id
  })
}
