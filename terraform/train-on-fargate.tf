# Trainings beyond the train function's limits, as a job of AWS Batch on Fargate: off unless train_on says otherwise, and then nothing of
# it runs while nothing is trained. The function starts the state machine for a table that its own limits would thin. Without an image
# yet there is only the repository for it, so that one can be pushed.
locals {
  has_train_repository = var.train_on == "fargate"
  trains_on_fargate    = var.train_on == "fargate" && var.train_image != null

  # Written out for the same reason as the other state machines' ARNs.
  train_state_machine_arn = format(
    "arn:%s:states:%s:%s:stateMachine:${var.name}-train",
    data.aws_partition.current.partition, data.aws_region.current.id, data.aws_caller_identity.current.account_id,
  )
  predict_memory_mb = try(coalesce(var.function_overrides["predict"].memory_mb), local.functions["predict"].memory_mb)

  # Told to the function that starts trainings, and to the one that looks after them.
  train_starters = local.trains_on_fargate ? {
    train        = { TRAIN_STATE_MACHINE = local.train_state_machine_arn }
    housekeeping = { TRAIN_STATE_MACHINE = local.train_state_machine_arn }
  } : {}

  # As the train function's, but for the limits: how much is tried follows from them. Batch keeps no variable without a value.
  train_job_environment = { for name, value in merge(
    try(var.function_overrides["train"].environment, {}),
    { for name, value in try(var.function_overrides["predict"].environment, {}) : name => value if name == "MODEL_CACHE_MB" },
    local.environment,
    {
      AWS_REGION         = data.aws_region.current.id
      TRAINING_SECONDS   = tostring(var.train_job.limit_seconds)
      TRAINING_MEMORY_MB = tostring(var.train_job.memory_mb)
      PREDICT_MEMORY_MB  = tostring(local.predict_memory_mb)
      CODE_VERSION       = var.train_image == null ? "" : substr(element(split("@sha256:", var.train_image), 1), 0, 12)
    },
  ) : name => value if value != "" }

  train_network = var.train_network != null ? var.train_network : {
    subnet_ids         = flatten(data.aws_subnets.default[*].ids)
    security_group_ids = data.aws_security_group.default[*].id
    assign_public_ip   = true
  }
}

resource "aws_ecr_repository" "train" {
  count = local.has_train_repository ? 1 : 0

  name                 = "${var.name}-train"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = !var.protect_data

  image_scanning_configuration {
    scan_on_push = true
  }
}

# What is named by its digest stays with its tag; ten releases back is enough to go back to.
resource "aws_ecr_lifecycle_policy" "train" {
  count = local.has_train_repository ? 1 : 0

  repository = aws_ecr_repository.train[0].name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "The newest ten."
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 10 }
      action       = { type = "expire" }
    }]
  })
}

# The default VPC, whose subnets reach S3, DynamoDB and ECR by a public address; what comes in is refused by its security group.
data "aws_vpc" "default" {
  count = local.trains_on_fargate && var.train_network == null ? 1 : 0

  default = true
}

data "aws_subnets" "default" {
  count = local.trains_on_fargate && var.train_network == null ? 1 : 0

  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default[0].id]
  }
  filter {
    name   = "default-for-az"
    values = ["true"]
  }
}

data "aws_security_group" "default" {
  count = local.trains_on_fargate && var.train_network == null ? 1 : 0

  name   = "default"
  vpc_id = data.aws_vpc.default[0].id
}

# As many trainings at once as the function does; the rest wait in the queue.
resource "aws_batch_compute_environment" "train" {
  count = local.trains_on_fargate ? 1 : 0

  compute_environment_name = "${var.name}-train"
  type                     = "MANAGED"

  compute_resources {
    type               = "FARGATE"
    max_vcpus          = var.pipeline_concurrency * var.train_job.vcpus
    subnets            = local.train_network.subnet_ids
    security_group_ids = local.train_network.security_group_ids
  }
}

resource "aws_batch_job_queue" "train" {
  count = local.trains_on_fargate ? 1 : 0

  name     = "${var.name}-train"
  state    = "ENABLED"
  priority = 1

  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.train[0].arn
  }
}

resource "aws_batch_job_definition" "train" {
  count = local.trains_on_fargate ? 1 : 0

  name                  = "${var.name}-train"
  type                  = "container"
  platform_capabilities = ["FARGATE"]
  propagate_tags        = true

  # The command ends itself after limit_seconds, and says so; this ends what no longer can.
  timeout {
    attempt_duration_seconds = var.train_job.limit_seconds + 60
  }

  # The state machine tries again.
  retry_strategy {
    attempts = 1
  }

  container_properties = jsonencode({
    image            = var.train_image
    command          = ["--help"]
    jobRoleArn       = aws_iam_role.train_job[0].arn
    executionRoleArn = aws_iam_role.train_start[0].arn
    resourceRequirements = [
      { type = "VCPU", value = tostring(var.train_job.vcpus) },
      { type = "MEMORY", value = tostring(var.train_job.memory_mb) },
    ]
    environment                  = [for name in sort(keys(local.train_job_environment)) : { name = name, value = local.train_job_environment[name] }]
    runtimePlatform              = { cpuArchitecture = var.train_job.architecture, operatingSystemFamily = "LINUX" }
    fargatePlatformConfiguration = { platformVersion = "1.4.0" }
    networkConfiguration         = { assignPublicIp = local.train_network.assign_public_ip ? "ENABLED" : "DISABLED" }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.train_job[0].name
        "awslogs-region"        = data.aws_region.current.id
        "awslogs-stream-prefix" = "train"
      }
    }
  })
}

# Below the functions' prefix, where the roles of this system may log.
resource "aws_cloudwatch_log_group" "train_job" {
  count = local.trains_on_fargate ? 1 : 0

  name              = "/aws/lambda/${var.name}-train-job"
  retention_in_days = var.log_retention_days
}

# What a training may do, wherever it runs.
resource "aws_iam_role" "train_job" {
  count = local.trains_on_fargate ? 1 : 0

  name                 = "${var.name}-train-job"
  path                 = local.role_path
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy   = local.train_task_trust
}

resource "aws_iam_role_policy" "train_job" {
  count = local.trains_on_fargate ? 1 : 0

  name   = "function"
  role   = aws_iam_role.train_job[0].id
  policy = local.policies["train"]
}

# What Fargate needs before the container begins: its image, and its log.
resource "aws_iam_role" "train_start" {
  count = local.trains_on_fargate ? 1 : 0

  name                 = "${var.name}-train-start"
  path                 = local.role_path
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy   = local.train_task_trust
}

resource "aws_iam_role_policy" "train_start" {
  count = local.trains_on_fargate ? 1 : 0

  name = "start"
  role = aws_iam_role.train_start[0].id
  policy = templatefile("${path.module}/policies/train-start.json.tftpl", {
    repository_arn = aws_ecr_repository.train[0].arn
    log_group_arn  = aws_cloudwatch_log_group.train_job[0].arn
  })
}

locals {
  train_task_trust = templatefile("${path.module}/policies/train-task-trust.json.tftpl", {
    account_id = data.aws_caller_identity.current.account_id
    tasks_arn = format(
      "arn:%s:ecs:%s:%s:*",
      data.aws_partition.current.partition, data.aws_region.current.id, data.aws_caller_identity.current.account_id,
    )
  })
}

# It has no alarm of its own: what fails for good is a dead letter of train, which has one.
resource "aws_sfn_state_machine" "train" {
  count = local.trains_on_fargate ? 1 : 0

  name     = "${var.name}-train"
  role_arn = aws_iam_role.train_state_machine[0].arn

  definition = replace(templatefile("${path.module}/state-machines/train.asl.json", {
    job_queue_arn         = aws_batch_job_queue.train[0].arn
    job_definition_arn    = aws_batch_job_definition.train[0].arn
    dead_letter_queue_url = module.function["train"].dead_letter_queue_url
  }), "arn:aws:states:::", "arn:${data.aws_partition.current.partition}:states:::")

  depends_on = [aws_iam_role_policy.train_state_machine]
}

resource "aws_iam_role" "train_state_machine" {
  count = local.trains_on_fargate ? 1 : 0

  name                 = "${var.name}-train-state-machine"
  path                 = local.role_path
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = templatefile("${path.module}/policies/state-machine-trust.json.tftpl", {
    account_id        = data.aws_caller_identity.current.account_id
    state_machine_arn = local.train_state_machine_arn
  })
}

resource "aws_iam_role_policy" "train_state_machine" {
  count = local.trains_on_fargate ? 1 : 0

  name = "run"
  role = aws_iam_role.train_state_machine[0].id
  policy = templatefile("${path.module}/policies/train-state-machine.json.tftpl", {
    job_queue_arn         = aws_batch_job_queue.train[0].arn
    job_definitions_arn   = "${aws_batch_job_definition.train[0].arn_prefix}:*"
    jobs_arn              = replace(aws_batch_job_queue.train[0].arn, ":job-queue/${var.name}-train", ":job/*")
    dead_letter_queue_arn = module.function["train"].dead_letter_queue_arn
    rule_arn = format(
      "arn:%s:events:%s:%s:rule/StepFunctionsGetEventsForBatchJobsRule",
      data.aws_partition.current.partition, data.aws_region.current.id, data.aws_caller_identity.current.account_id,
    )
  })
}

# Beside what the functions may do anyway.
resource "aws_iam_role_policy" "train_starter" {
  for_each = local.train_starters

  name = "fargate"
  role = module.function[each.key].role_name
  policy = templatefile("${path.module}/policies/train-starter.json.tftpl", {
    starts            = each.key == "train"
    state_machine_arn = local.train_state_machine_arn
    executions_arn    = replace(local.train_state_machine_arn, ":stateMachine:", ":execution:")
  })
}
