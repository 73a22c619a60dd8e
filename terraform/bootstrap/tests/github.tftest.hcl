mock_provider "aws" {
  source = "../tests/mocks"
}

# Its import is taken for done.
override_resource {
  target = aws_s3_bucket.state
  values = { id = "state", bucket = "state", arn = "arn:aws:s3:::state" }
}

variables {
  state_bucket = "state"
  repository   = { owner = "octo", owner_id = 11, name = "classifier", id = 22 }
}

run "roles_trust_one_repository_in_both_forms_and_nothing_wider" {
  command = apply

  assert {
    condition = toset(jsondecode(aws_iam_role.github["plan"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"]) == toset([
      "repo:octo/classifier:pull_request",
      "repo:octo@11/classifier@22:pull_request",
    ])
    error_message = "The planning role trusts others than the repository's pull requests."
  }
  assert {
    condition = toset(jsondecode(aws_iam_role.github["apply"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"]) == toset([
      "repo:octo/classifier:environment:production",
      "repo:octo@11/classifier@22:environment:production",
    ])
    error_message = "The applying role trusts others than the environment's jobs."
  }
  assert {
    condition = alltrue([
      for r in values(aws_iam_role.github) :
      length(jsondecode(r.assume_role_policy).Statement) == 1
      && keys(jsondecode(r.assume_role_policy).Statement[0].Condition) == ["StringEquals"]
      && jsondecode(r.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    ])
    error_message = "A role is trusted by a pattern, or for another audience."
  }
}

run "the_planning_role_only_reads" {
  command = apply

  assert {
    condition     = toset(keys(aws_iam_role_policy.read)) == toset(["plan", "apply"]) && alltrue([for p in values(aws_iam_role_policy.write) : p.role == aws_iam_role.github["apply"].id])
    error_message = "The planning role has a policy that writes."
  }
  assert {
    condition = alltrue(flatten([
      for s in jsondecode(aws_iam_role_policy.read["plan"].policy).Statement : [
        for action in flatten([s.Action]) : can(regex("^([a-z0-9]+:(Get|List|Describe|View|GET$)|states:ValidateStateMachineDefinition$)", action))
      ]
    ]))
    error_message = "The planning role may do more than read."
  }
  assert {
    condition = alltrue(flatten([
      for s in jsondecode(aws_iam_role_policy.read["plan"].policy).Statement : [
        for resource in flatten([s.Resource]) : !strcontains(jsonencode(flatten([s.Action])), "s3:GetObject\"") || endswith(resource, "/classifier/system.tfstate")
      ]
    ]))
    error_message = "The planning role may read objects beside the state."
  }
}

run "the_applying_role_cannot_widen_itself" {
  command = apply

  assert {
    condition = alltrue(flatten([
      for p in values(aws_iam_role_policy.write) : [
        for s in jsondecode(p.policy).Statement : [
          for resource in flatten([s.Resource]) :
          startswith(resource, "arn:aws:iam::123456789012:role/classifier/") || startswith(resource, "arn:aws:iam::123456789012:role/aws-service-role/ops.apigateway")
        ] if anytrue([for action in flatten([s.Action]) : startswith(action, "iam:")])
      ]
    ]))
    error_message = "The applying role may change roles beside the system's, and so itself."
  }
  assert {
    condition = alltrue(flatten([
      for p in values(aws_iam_role_policy.write) : [
        for s in jsondecode(p.policy).Statement :
        try(s.Condition.StringEquals["iam:PermissionsBoundary"], "") == aws_iam_policy.boundary.arn
        if length(setintersection(flatten([s.Action]), ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"])) > 0
      ]
    ]))
    error_message = "The applying role may create roles without the boundary, or put policies on them."
  }
  assert {
    condition     = !strcontains(join("", [for p in values(aws_iam_role_policy.write) : p.policy]), "iam:DeleteRolePermissionsBoundary") && !strcontains(join("", [for p in values(aws_iam_role_policy.write) : p.policy]), "iam:AttachRolePolicy")
    error_message = "The applying role may take the boundary off, or attach AWS's policies."
  }
}

run "no_action_is_a_wildcard" {
  command = apply

  assert {
    condition = alltrue(flatten([
      for policy in concat([for p in values(aws_iam_role_policy.read) : p.policy], [for p in values(aws_iam_role_policy.write) : p.policy], [aws_iam_policy.boundary.policy]) : [
        for s in jsondecode(policy).Statement : [for action in flatten([s.Action]) : !strcontains(action, "*")]
      ]
    ]))
    error_message = "A policy has an action with a wildcard."
  }
}

run "the_state_is_closed" {
  command = plan

  assert {
    condition     = aws_s3_bucket_public_access_block.state.block_public_policy && aws_s3_bucket_public_access_block.state.restrict_public_buckets && aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "The state could be made public, or be lost."
  }
}

run "takes_the_provider_that_is_there" {
  command = plan
  variables { create_oidc_provider = false }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "A second provider would be refused by AWS."
  }
}

run "refuses_a_pattern_for_the_repository" {
  command = plan
  variables { repository = { owner = "octo", owner_id = 1, name = "*", id = 2 } }
  expect_failures = [var.repository]
}

run "refuses_a_pattern_for_the_zone" {
  command = plan
  variables { hosted_zone_id = "*" }
  expect_failures = [var.hosted_zone_id]
}

run "refuses_a_pattern_for_the_environment" {
  command = plan
  variables { environment = "*" }
  expect_failures = [var.environment]
}
