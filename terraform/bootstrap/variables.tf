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

variable "hosted_zone_id" {
  type        = string
  default     = null
  description = "The Route 53 zone in which the applying role may set the API's own domain; null for none."
}
