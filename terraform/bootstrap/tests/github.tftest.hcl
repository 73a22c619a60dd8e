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
    condition     = toset([for key, p in local.role_policies : key if p.role == "plan"]) == toset(["plan-read"]) && length(aws_iam_role_policy_attachment.github) == 5
    error_message = "The planning role has a policy that writes."
  }
  assert {
    condition = alltrue(flatten([
      for s in jsondecode(aws_iam_policy.read["system"].policy).Statement : [
        for action in flatten([s.Action]) : can(regex("^([a-z0-9]+:(Get|List|Describe|View|GET$)|states:ValidateStateMachineDefinition$)", action))
      ]
    ]))
    error_message = "The planning role may do more than read."
  }
  assert {
    condition = alltrue(flatten([
      for s in jsondecode(aws_iam_policy.read["system"].policy).Statement : [
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
      for p in values(aws_iam_policy.write) : [
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
      for p in values(aws_iam_policy.write) : [
        for s in jsondecode(p.policy).Statement :
        try(s.Condition.StringEquals["iam:PermissionsBoundary"], "") == aws_iam_policy.boundary["system"].arn
        if length(setintersection(flatten([s.Action]), ["iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"])) > 0
      ]
    ]))
    error_message = "The applying role may create roles without the boundary, or put policies on them."
  }
  assert {
    condition     = !strcontains(join("", [for p in values(aws_iam_policy.write) : p.policy]), "iam:DeleteRolePermissionsBoundary") && !strcontains(join("", [for p in values(aws_iam_policy.write) : p.policy]), "iam:AttachRolePolicy")
    error_message = "The applying role may take the boundary off, or attach AWS's policies."
  }
}

run "no_action_is_a_wildcard" {
  command = apply

  assert {
    condition = alltrue(flatten([
      for policy in concat([for p in values(aws_iam_policy.read) : p.policy], [for p in values(aws_iam_policy.write) : p.policy], [for p in values(aws_iam_policy.boundary) : p.policy]) : [
        for s in jsondecode(policy).Statement : [for action in flatten([s.Action]) : !strcontains(action, "*")]
      ]
    ]))
    error_message = "A policy has an action with a wildcard."
  }
}

# IAM counts no white space. The longest names, region and partition that there are.
run "policies_fit_into_iams_limits" {
  command = apply

  variables {
    name         = "twenty-characters-ab"
    sandbox_name = "sandboxsandb"

    trains_on_fargate = true
    hosted_zone_id    = "Z0123456789ABCDEFGHIJ"
  }

  override_data {
    target = data.aws_region.current
    values = { id = "ap-southeast-1", name = "ap-southeast-1" }
  }
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-us-gov" }
  }

  assert {
    condition = alltrue([
      for p in concat(values(aws_iam_policy.read), values(aws_iam_policy.write), values(aws_iam_policy.boundary)) :
      length(replace(p.policy, "/\\s/", "")) <= 6144
    ])
    error_message = "A policy is longer than the 6,144 characters that IAM takes."
  }
  assert {
    condition     = alltrue([for role in keys(local.github_roles) : length([for p in local.role_policies : p if p.role == role]) <= 10])
    error_message = "A role has more policies than the 10 that IAM attaches."
  }
  assert {
    condition     = alltrue([for p in concat(values(aws_iam_policy.read), values(aws_iam_policy.write), values(aws_iam_policy.boundary)) : length(p.name) <= 128])
    error_message = "A policy's name is longer than IAM takes."
  }
}

run "the_sandbox_deletes_throw_away_systems_only" {
  command = apply

  variables {
    sandbox_name = "sandbox"
  }

  assert {
    condition = toset(jsondecode(aws_iam_role.github["sandbox"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"]) == toset([
      "repo:octo/classifier:environment:sandbox",
      "repo:octo@11/classifier@22:environment:sandbox",
    ])
    error_message = "The sandbox's role trusts others than its environment's jobs."
  }
  assert {
    condition = alltrue(flatten([
      for key, p in aws_iam_policy.write : [for s in jsondecode(p.policy).Statement : [for action in flatten([s.Action]) : action != "s3:DeleteObjectVersion"]] if startswith(key, "system-")
    ]))
    error_message = "The applying role may delete data."
  }
  assert {
    condition     = !strcontains(join("", [for key, p in aws_iam_policy.write : p.policy if startswith(key, "sandbox-")]), "classifier-") && strcontains(aws_iam_policy.write["sandbox-compute"].policy, "function:sandbox-*-*")
    error_message = "The sandbox's role reaches the system's resources."
  }
}

run "apis_are_known_by_their_tag" {
  command = apply
  variables { api_id = "a1b2c3" }

  assert {
    condition = alltrue(flatten([
      for s in jsondecode(aws_iam_policy.write["system-compute"].policy).Statement : [
        for resource in flatten([s.Resource]) :
        strcontains(jsonencode(try(s.Condition, {})), "aws:RequestTag/Application\":\"classifier\"")
        || strcontains(jsonencode(try(s.Condition, {})), "aws:ResourceTag/Application\":\"classifier\"")
        || strcontains(resource, "/apis/a1b2c3/") || strcontains(resource, "/domainnames/*/apimappings")
      ] if anytrue([for action in flatten([s.Action]) : startswith(action, "apigateway:")])
    ]))
    error_message = "The applying role may change another system's API."
  }
}

run "refuses_the_systems_own_name_for_the_sandbox" {
  command = plan
  variables {
    name         = "sandbox-1"
    sandbox_name = "sandbox"
  }
  expect_failures = [var.sandbox_name]
}

run "refuses_a_pattern_for_the_api" {
  command = plan
  variables { api_id = "*" }
  expect_failures = [var.api_id]
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

run "trainings_on_fargate_need_nothing_that_others_have" {
  command = apply

  assert {
    condition     = length(aws_iam_policy.fargate) == 0 && length(aws_iam_role_policy_attachment.fargate) == 0 && !strcontains(aws_iam_policy.boundary["system"].policy, "batch:")
    error_message = "The roles may make jobs that nobody asked for."
  }
}

run "trainings_on_fargate_are_within_the_system" {
  command = apply
  variables {
    trains_on_fargate = true
    sandbox_name      = "sandbox"
  }

  assert {
    condition     = strcontains(aws_iam_policy.boundary["system"].policy, "batch:SubmitJob") && !strcontains(aws_iam_policy.boundary["sandbox"].policy, "batch:")
    error_message = "The system's roles may not train on Fargate, or the sandbox's may."
  }
  assert {
    condition = alltrue(flatten([
      for s in jsondecode(aws_iam_policy.fargate["read"].policy).Statement : [
        for action in flatten([s.Action]) : can(regex("^[a-z0-9]+:(Get|List|Describe)", action))
      ]
    ]))
    error_message = "The planning role may do more than read."
  }
  assert {
    condition = alltrue(flatten([
      for p in concat(values(aws_iam_policy.fargate), [aws_iam_policy.boundary["system"]]) : [
        for s in jsondecode(p.policy).Statement : [
          for resource in flatten([s.Resource]) : strcontains(resource, "classifier") || resource == "*" || endswith(resource, ":job/*")
          || endswith(resource, "/AWSServiceRoleForBatch") || endswith(resource, "/StepFunctionsGetEventsForBatchJobsRule")
        ]
      ]
    ]))
    error_message = "The roles reach other systems' jobs or images."
  }
  assert {
    condition     = alltrue([for p in concat(values(aws_iam_policy.fargate), values(aws_iam_policy.boundary)) : length(replace(p.policy, "/\\s/", "")) <= 6144])
    error_message = "IAM would not take a policy of this length."
  }
  assert {
    condition     = length([for a in values(aws_iam_role_policy_attachment.fargate) : a if strcontains(a.role, "plan")]) == 1
    error_message = "The planning role may write."
  }
}
