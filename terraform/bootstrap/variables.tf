variable "name" {
  type        = string
  default     = "classifier"
  description = "The system's name: the roles may only touch what begins with it."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", var.name))
    error_message = "Expected 2 to 20 of a-z, 0-9 and -, beginning with a letter and not ending in -."
  }
}

variable "state_bucket" {
  type        = string
  description = "The bucket for Terraform's state, created by hand before: it is taken over and closed."

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "Expected the name of a bucket: 3 to 63 of a-z, 0-9, . and -."
  }
}

variable "repository" {
  type        = object({ owner = string, owner_id = number, name = string, id = number })
  description = "The GitHub repository that deploys, and the numbers that `gh api repos/<owner>/<name>` shows as owner.id and id."

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+$", var.repository.owner)) && can(regex("^[A-Za-z0-9._-]+$", var.repository.name))
    error_message = "Expected the owner's and the repository's bare names: a * would trust others too."
  }
  validation {
    condition     = var.repository.owner_id > 0 && var.repository.id > 0
    error_message = "Expected the owner's and the repository's numbers."
  }
}

variable "environment" {
  type        = string
  default     = "production"
  description = "The GitHub environment whose jobs may apply; let it accept the main branch only."

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]+$", var.environment))
    error_message = "Expected the name of an environment: letters, digits, - and _."
  }
}

variable "create_oidc_provider" {
  type        = bool
  default     = true
  description = "Whether to create GitHub's identity provider; false where the account has it already, since it can have only one."
}

variable "sandbox_name" {
  type        = string
  default     = null
  description = "Begins the names of throw-away systems, which the workflow Sandbox applies and destroys with a role of its own; null for no such role."

  validation {
    condition     = var.sandbox_name == null ? true : can(regex("^[a-z][a-z0-9]{1,11}$", var.sandbox_name))
    error_message = "Expected 2 to 12 of a-z and 0-9, beginning with a letter: a number is put behind it."
  }
  validation {
    condition     = var.sandbox_name == null ? true : !startswith("${var.name}-", "${var.sandbox_name}-")
    error_message = "Expected another name than the system's: its role may delete whatever carries it."
  }
}

variable "sandbox_environment" {
  type        = string
  default     = "sandbox"
  description = "The GitHub environment whose jobs may apply and destroy throw-away systems."

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]+$", var.sandbox_environment))
    error_message = "Expected the name of an environment: letters, digits, - and _."
  }
}

variable "trains_on_fargate" {
  type        = bool
  default     = false
  description = "Whether the system may have train_on = \"fargate\": then the roles may also make jobs of AWS Batch and push their image."
  nullable    = false
}

variable "api_id" {
  type        = string
  default     = null
  description = "The API's id, known after the first deployment: parts of an API carry no tag, and without it the applying role may change those of every HTTP API in the region."

  validation {
    condition     = var.api_id == null ? true : can(regex("^[a-z0-9]{1,32}$", var.api_id))
    error_message = "Expected the id of an API, such as a1b2c3d4e5: a * would give away every API."
  }
}

variable "hosted_zone_id" {
  type        = string
  default     = null
  description = "The Route 53 zone in which the applying role may set the API's own domain; null for none."

  validation {
    condition     = var.hosted_zone_id == null ? true : can(regex("^Z[A-Z0-9]+$", var.hosted_zone_id))
    error_message = "Expected the id of a hosted zone, such as Z0123456789ABC: a * would give away every zone."
  }
}
