# Trainings on Fargate: nothing of it by default, and what it may do when it is asked for.
mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/classifier-train@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
}

run "everything_is_trained_in_the_function_unless_asked_for" {
  command = apply

  assert {
    condition = length(concat(
      aws_ecr_repository.train, aws_ecr_lifecycle_policy.train, aws_batch_compute_environment.train, aws_batch_job_queue.train,
      aws_batch_job_definition.train, aws_sfn_state_machine.train, aws_iam_role.train_job, aws_iam_role.train_start,
      aws_iam_role.train_state_machine, aws_cloudwatch_log_group.train_job, data.aws_vpc.default, data.aws_subnets.default,
      data.aws_security_group.default,
    )) + length(aws_iam_role_policy.train_starter) == 0
    error_message = "Something is made for trainings on Fargate that nobody asked for."
  }
  assert {
    condition     = length(local.train_starters) == 0 && output.train_repository_url == null
    error_message = "A function is told of trainings on Fargate that there are none of."
  }
}

run "an_image_alone_changes_nothing" {
  command = plan
  variables { train_image = var.image }

  assert {
    condition     = length(aws_ecr_repository.train) == 0 && length(aws_sfn_state_machine.train) == 0
    error_message = "Something is made for trainings on Fargate that nobody asked for."
  }
}

run "without_an_image_there_is_only_the_place_for_it" {
  command = apply
  variables { train_on = "fargate" }

  assert {
    condition     = aws_ecr_repository.train[0].image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.train[0].force_delete == false && output.train_repository_url != null
    error_message = "There is no place for the image, or one whose images could be replaced."
  }
  assert {
    condition     = length(aws_batch_job_queue.train) == 0 && length(local.train_starters) == 0
    error_message = "A function would start what has no image."
  }
  assert {
    condition     = length([for warning in output.warnings : warning if strcontains(warning, "train_image")]) == 1
    error_message = "Nobody would know that trainings are in the function yet."
  }
}

run "on_fargate_the_function_hands_over_and_nothing_runs_while_idle" {
  command = apply
  variables {
    train_on    = "fargate"
    train_image = var.image
  }

  assert {
    condition     = toset(keys(local.train_starters)) == toset(["train", "housekeeping"]) && toset(keys(aws_iam_role_policy.train_starter)) == toset(["train", "housekeeping"])
    error_message = "Nobody starts trainings, or others than train may."
  }
  assert {
    condition = alltrue([
      for key, action in { train = "states:StartExecution", housekeeping = "states:DescribeExecution" } :
      [for s in jsondecode(aws_iam_role_policy.train_starter[key].policy).Statement : s.Action] == [action]
    ])
    error_message = "A starter may do more than its part."
  }
  assert {
    condition     = aws_batch_compute_environment.train[0].compute_resources[0].type == "FARGATE" && aws_batch_compute_environment.train[0].compute_resources[0].max_vcpus == 2
    error_message = "Something would run while nothing is trained, or more at once than the pipeline's bound."
  }
  assert {
    condition = toset([
      for r in jsondecode(aws_batch_job_definition.train[0].container_properties).resourceRequirements : "${r.type} ${r.value}"
    ]) == toset(["VCPU 1", "MEMORY 8192"])
    error_message = "The container has other limits than it was asked to have."
  }
  assert {
    condition = alltrue([
      for name, value in { TRAINING_SECONDS = "14400", TRAINING_MEMORY_MB = "8192", PREDICT_MEMORY_MB = "1769", MODELS_BUCKET = local.bucket_names.models } :
      contains([for e in jsondecode(aws_batch_job_definition.train[0].container_properties).environment : "${e.name}=${e.value}"], "${name}=${value}")
    ])
    error_message = "The container is not told its limits, or where models go."
  }
  assert {
    condition     = alltrue([for e in jsondecode(aws_batch_job_definition.train[0].container_properties).environment : e.value != ""])
    error_message = "Batch would leave out a variable, and a plan would warn of it."
  }
  assert {
    condition     = length([for e in jsondecode(aws_batch_job_definition.train[0].container_properties).environment : e if e.name == "TRAIN_STATE_MACHINE"]) == 0
    error_message = "The container would hand the training over again."
  }
  assert {
    condition     = aws_batch_job_definition.train[0].timeout[0].attempt_duration_seconds == 14460 && aws_batch_job_definition.train[0].retry_strategy[0].attempts == 1
    error_message = "A job could run without end, or is tried again by two."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.train_job[0].policy) == jsondecode(local.policies["train"])
    error_message = "The container may do something else than the function."
  }
  assert {
    condition = alltrue([
      for p in [aws_iam_role_policy.train_start[0], aws_iam_role_policy.train_state_machine[0], aws_iam_role_policy.train_starter["train"], aws_iam_role_policy.train_starter["housekeeping"]] : alltrue([
        for s in jsondecode(p.policy).Statement : alltrue([for action in flatten([s.Action]) : !strcontains(action, "*")]) && (
          !contains(flatten([s.Resource]), "*") || contains(["ecr:GetAuthorizationToken", "batch:DescribeJobs"], join(",", flatten([s.Action])))
        )
      ])
    ])
    error_message = "A policy is wider than AWS makes it."
  }
  assert {
    condition = alltrue([
      for role in [aws_iam_role.train_job[0], aws_iam_role.train_start[0]] :
      jsondecode(role.assume_role_policy).Statement[0].Principal.Service == "ecs-tasks.amazonaws.com" && jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    ])
    error_message = "Others could take the container's roles."
  }
  assert {
    condition     = aws_cloudwatch_log_group.train_job[0].retention_in_days == 30
    error_message = "Logs are kept for ever."
  }
  assert {
    # The alarm on dead letters of train is what tells of a training that failed.
    condition     = jsondecode(aws_iam_role_policy.train_state_machine[0].policy).Statement[4].Resource == module.function["train"].dead_letter_queue_arn && contains(keys(aws_cloudwatch_metric_alarm.dead_letters), "train")
    error_message = "A training that failed would not be heard of."
  }
  assert {
    condition     = !strcontains(aws_sfn_state_machine.train[0].definition, "$${") && strcontains(aws_sfn_state_machine.train[0].definition, aws_batch_job_queue.train[0].arn)
    error_message = "The state machine's definition is not filled in."
  }
  assert {
    condition     = jsondecode(aws_batch_job_definition.train[0].container_properties).networkConfiguration.assignPublicIp == "ENABLED" && length(aws_batch_compute_environment.train[0].compute_resources[0].subnets) == 2
    error_message = "The container could reach nothing from the default VPC."
  }
}

run "in_a_network_of_ones_own_with_other_limits" {
  command = apply
  variables {
    train_on             = "fargate"
    train_image          = var.image
    train_job            = { vcpus = 4, memory_mb = 30720, limit_seconds = 86400, architecture = "ARM64" }
    train_network        = { subnet_ids = ["subnet-a"], security_group_ids = ["sg-a"] }
    pipeline_concurrency = 3
    function_overrides   = { predict = { memory_mb = 3008, environment = { MODEL_CACHE_MB = "2000" } }, train = { environment = { TRAINING_SETTINGS = "{\"seed\":7}" } } }
  }

  assert {
    condition     = length(data.aws_vpc.default) == 0 && toset(aws_batch_compute_environment.train[0].compute_resources[0].subnets) == toset(["subnet-a"]) && aws_batch_compute_environment.train[0].compute_resources[0].max_vcpus == 12
    error_message = "The container runs elsewhere than it was asked to."
  }
  assert {
    condition     = jsondecode(aws_batch_job_definition.train[0].container_properties).networkConfiguration.assignPublicIp == "DISABLED" && jsondecode(aws_batch_job_definition.train[0].container_properties).runtimePlatform.cpuArchitecture == "ARM64"
    error_message = "The container has a public address that nobody asked for, or another processor."
  }
  assert {
    condition = alltrue([
      for name, value in { TRAINING_MEMORY_MB = "30720", PREDICT_MEMORY_MB = "3008", MODEL_CACHE_MB = "2000", TRAINING_SETTINGS = "{\"seed\":7}" } :
      contains([for e in jsondecode(aws_batch_job_definition.train[0].container_properties).environment : "${e.name}=${e.value}"], "${name}=${value}")
    ])
    error_message = "The container trains by other settings than the function."
  }
}

run "refuses_another_place_to_train" {
  command = plan
  variables { train_on = "sagemaker" }
  expect_failures = [var.train_on]
}

run "refuses_an_image_by_tag" {
  command = plan
  variables { train_image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/classifier-train:latest" }
  expect_failures = [var.train_image]
}

run "refuses_a_pair_that_fargate_has_not" {
  command = plan
  variables { train_job = { vcpus = 1, memory_mb = 16384 } }
  expect_failures = [var.train_job]
}

run "refuses_a_pair_between_steps" {
  command = plan
  variables { train_job = { vcpus = 8, memory_mb = 17408 } }
  expect_failures = [var.train_job]
}

run "refuses_to_wait_longer_than_the_state_machine" {
  command = plan
  variables { train_job = { limit_seconds = 200000 } }
  expect_failures = [var.train_job]
}

run "refuses_a_network_without_subnets" {
  command = plan
  variables { train_network = { subnet_ids = [], security_group_ids = ["sg-a"] } }
  expect_failures = [var.train_network]
}
