variable "name" {
  type        = string
  default     = "classifier"
  description = "Begins the name of everything that is created; two systems in one account need two names."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", var.name))
    error_message = "Expected 2 to 20 of a-z, 0-9 and -, beginning with a letter and not ending in -: bucket names are made of it."
  }
}

variable "package_dir" {
  type        = string
  default     = "../dist/packages"
  description = "Folder with one <function>.zip per function, as `npm run package` writes them."
}

variable "function_overrides" {
  type = map(object({
    memory_mb            = optional(number)
    reserved_concurrency = optional(number)
    environment          = optional(map(string), {})
  }))
  default     = {}
  description = "Per function: memory in MB, reserved concurrency (unset: shared), and settings such as TRAINING_SETTINGS."
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.function_overrides) : contains(keys(local.functions), name)])
    error_message = "Expected names of functions: ${join(", ", keys(local.functions))}."
  }
  validation {
    condition = alltrue([
      for o in values(var.function_overrides) : o.memory_mb == null ? true : o.memory_mb >= 128 && o.memory_mb <= 10240
    ])
    error_message = "Expected memory_mb from 128 to 10240; a new account's quota may end at 3008."
  }
  validation {
    condition = alltrue([
      for o in values(var.function_overrides) : o.reserved_concurrency == null ? true : o.reserved_concurrency >= 0
    ])
    error_message = "Expected reserved_concurrency of 0 or more; leave it out to share the account's."
  }
  validation {
    condition = alltrue([
      for o in values(var.function_overrides) : length(setintersection(keys(o.environment), local.fixed_settings)) == 0
    ])
    error_message = "These settings follow from what is created, and cannot be overridden: ${join(", ", local.fixed_settings)}."
  }
}

variable "runtime" {
  type        = string
  default     = "nodejs22.x"
  description = "Lambda's Node.js for every function; nodejs22.x ends on 2027-04-30, and a later one needs a later provider."
  nullable    = false

  validation {
    condition     = can(regex("^nodejs[1-9][0-9]\\.x$", var.runtime))
    error_message = "Expected a runtime such as nodejs22.x."
  }
}

variable "pipeline_concurrency" {
  type        = number
  default     = 2
  description = "How many files are ingested at once, how many models trained, and how many lots of a batch predicted or parts of a set read; the rest wait. It reserves nothing, so it works in accounts whose quota leaves nothing to reserve."
  nullable    = false

  validation {
    condition     = var.pipeline_concurrency >= 2 && var.pipeline_concurrency <= 1000 && floor(var.pipeline_concurrency) == var.pipeline_concurrency
    error_message = "Expected a whole number from 2 to 1000: Lambda takes no smaller one for a queue."
  }
}

variable "throttle" {
  type        = object({ rate = number, burst = number })
  default     = { rate = 5, burst = 3 }
  description = "Requests per second, and at once, that each route of the API takes over all callers before it answers 429; the default fits a new account's 10 concurrent executions."
  nullable    = false

  validation {
    condition     = var.throttle.rate > 0 && var.throttle.burst >= 1
    error_message = "Expected a rate above 0 and a burst of 1 or more."
  }
}

variable "open_throttle" {
  type        = object({ rate = number, burst = number })
  default     = { rate = 5, burst = 5 }
  description = "The same of each route that needs no token, and of unknown paths, so that strangers take nothing from callers with a token."
  nullable    = false

  validation {
    condition     = var.open_throttle.rate > 0 && var.open_throttle.burst >= 1
    error_message = "Expected a rate above 0 and a burst of 1 or more."
  }
}

variable "cors_allowed_origins" {
  type        = list(string)
  default     = []
  description = "Origins, such as https://example.org, whose pages may call the API from a browser, and send files to the addresses that it signs; none by default."
  nullable    = false

  validation {
    condition     = alltrue([for origin in var.cors_allowed_origins : can(regex("^https?://[^/*,]+$", origin))])
    error_message = "Expected origins such as https://example.org: no path, no *."
  }
}

variable "domain" {
  type        = object({ name = string, certificate_arn = string, zone_id = optional(string) })
  default     = null
  description = "A domain of your own for the API, its certificate in ACM, and its hosted zone in Route 53 where it has one."

  validation {
    condition     = var.domain == null ? true : can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.domain.name))
    error_message = "Expected a domain's name such as api.example.org, in lower case."
  }
  validation {
    condition     = var.domain == null ? true : can(regex("^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/.+$", var.domain.certificate_arn))
    error_message = "Expected the ARN of a certificate in ACM, in the region that is deployed to."
  }
}

variable "events" {
  type = object({
    targets = optional(map(object({
      url             = string
      connection_arn  = string
      types           = optional(list(string))
      slack_channel   = optional(string)
      rate_per_second = optional(number, 10)
    })), {})
  })
  default     = null
  description = "Events on a bus of their own, and the addresses that get them: null for none. A target's secret is in its connection; types leaves others out; slack_channel sends the event's sentence as Slack's chat.postMessage wants it."

  validation {
    condition = var.events == null ? true : alltrue([
      for t in values(var.events.targets) : startswith(t.url, "https://") && can(regex("^arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:connection/.+$", t.connection_arn))
    ])
    error_message = "Expected targets with an https:// address and the ARN of a connection of EventBridge."
  }
  validation {
    condition     = var.events == null ? true : alltrue([for name in keys(var.events.targets) : can(regex("^[a-z0-9-]{1,30}$", name))])
    error_message = "Expected names of targets of 1 to 30 of a-z, 0-9 and -."
  }
}

variable "uploaders" {
  type        = map(object({ model = string, principal_arns = list(string) }))
  default     = {}
  description = "Roles for those who upload: each may put files of one model into the raw bucket, and nothing else."
  nullable    = false

  validation {
    condition = alltrue([
      for u in values(var.uploaders) : can(regex("^[a-z0-9][a-z0-9-]{0,62}$", u.model)) && length(u.principal_arns) > 0
    ])
    error_message = "Expected a model of 1 to 63 of a-z, 0-9 and -, and at least one principal."
  }
  validation {
    condition     = alltrue(flatten([for u in values(var.uploaders) : [for arn in u.principal_arns : startswith(arn, "arn:")]]))
    error_message = "Expected ARNs of principals; \"*\" would let anyone upload."
  }
}

variable "alarm_email" {
  type        = string
  default     = null
  description = "Where alarms and the budget's warnings are sent; AWS asks that address to confirm."

  validation {
    condition     = var.alarm_email == null ? true : can(regex("^[^@ ]+@[^@ ]+$", var.alarm_email))
    error_message = "Expected an e-mail address."
  }
}

variable "monthly_budget_usd" {
  type        = number
  default     = 10
  description = "The account's monthly cost in US dollars that is warned of, forecast and actual; null for no budget."

  validation {
    condition     = var.monthly_budget_usd == null ? true : var.monthly_budget_usd > 0
    error_message = "Expected more than 0, or null for no budget."
  }
}

variable "log_retention_days" {
  type        = number
  default     = 30
  description = "How long CloudWatch keeps logs."
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "Expected a number of days that CloudWatch offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, ..."
  }
}

variable "protect_data" {
  type        = bool
  default     = true
  description = "Whether `terraform destroy` refuses to delete the table and buckets that hold anything."
  nullable    = false
}

variable "permissions_boundary_arn" {
  type        = string
  default     = null
  description = "The most that any role of this system may do: bootstrap's output, which the deploying role insists on."

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:policy/.+$", var.permissions_boundary_arn))
    error_message = "Expected the ARN of a policy, as bootstrap's output permissions_boundary_arn has it."
  }
}

variable "tags" {
  type        = map(string)
  default     = {}
  description = "Tags that everything carries, beside Application."
  nullable    = false
}

variable "metrics_are_scraped" {
  type        = bool
  default     = false
  description = "Whether a Prometheus scrapes /metrics: then its silence raises an alarm."
  nullable    = false
}

variable "train_on" {
  type        = string
  default     = "lambda"
  description = "Where tables are trained that exceed the train function's limits: \"lambda\" trains on a sample of them in the function; \"fargate\" on more of them, in a container that costs nothing while nothing is trained."
  nullable    = false

  validation {
    condition     = contains(["lambda", "fargate"], var.train_on)
    error_message = "Expected \"lambda\" or \"fargate\"."
  }
}

variable "train_image" {
  type        = string
  default     = null
  description = "With train_on = \"fargate\": the image of that container in the repository of output train_repository_url, by digest. Without it there is only that repository."

  validation {
    condition     = var.train_image == null ? true : can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/${var.name}-train@sha256:[0-9a-f]{64}$", var.train_image))
    error_message = "Expected <account>.dkr.ecr.<region>.amazonaws.com/${var.name}-train@sha256:<64 digits>: a tag can be moved."
  }
}

variable "train_job" {
  type = object({
    vcpus         = optional(number, 1)
    memory_mb     = optional(number, 8192)
    limit_seconds = optional(number, 14400)
    architecture  = optional(string, "X86_64")
  })
  default     = {}
  description = "With train_on = \"fargate\": the container's limits, from which follows how many rows are trained on, and what its image was built for. A training uses one vCPU; more allow more memory."
  nullable    = false

  validation {
    condition = contains(flatten([
      [for gb in range(2, 9) : "1 ${gb * 1024}"],
      [for gb in range(4, 17) : "2 ${gb * 1024}"],
      [for gb in range(8, 31) : "4 ${gb * 1024}"],
      [for gb in range(16, 61, 4) : "8 ${gb * 1024}"],
      [for gb in range(32, 121, 8) : "16 ${gb * 1024}"],
    ]), "${var.train_job.vcpus} ${var.train_job.memory_mb}")
    error_message = "Expected a pair that Fargate has, memory_mb in multiples of 1024: 1 vCPU with 2 to 8 GB, 2 with 4 to 16, 4 with 8 to 30, 8 with 16 to 60 in steps of 4, 16 with 32 to 120 in steps of 8."
  }
  validation {
    condition     = var.train_job.limit_seconds >= 900 && var.train_job.limit_seconds <= 86400 && floor(var.train_job.limit_seconds) == var.train_job.limit_seconds
    error_message = "Expected limit_seconds from 900, which the function has, to 86400: the state machine waits for two days, the queue included."
  }
  validation {
    condition     = contains(["X86_64", "ARM64"], var.train_job.architecture)
    error_message = "Expected \"X86_64\" or \"ARM64\"."
  }
}

variable "train_network" {
  type        = object({ subnet_ids = list(string), security_group_ids = list(string), assign_public_ip = optional(bool, false) })
  default     = null
  description = "With train_on = \"fargate\": where the container runs. It must reach S3, DynamoDB, ECR and CloudWatch Logs. null for the default VPC, its default security group and a public address."

  validation {
    condition     = var.train_network == null ? true : length(var.train_network.subnet_ids) > 0 && length(var.train_network.security_group_ids) > 0
    error_message = "Expected at least one subnet and one security group."
  }
}
