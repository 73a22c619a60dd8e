variable "name" {
  type        = string
  description = "The function's name, and its role's."
}

variable "description" {
  type        = string
  description = "What the console shows beside the name."
}

variable "package" {
  type        = string
  description = "Path of the zip with handler.mjs."
}

variable "runtime" {
  type        = string
  description = "Lambda's name of the language's version."
}

variable "alias" {
  type        = string
  description = "Alias that callers name."
}

variable "memory_mb" {
  type        = number
  description = "Memory in MB; the processor's share grows with it, one whole at 1769."
}

variable "timeout_seconds" {
  type        = number
  description = "How long one call may take."
}

variable "reserved_concurrency" {
  type        = number
  default     = null
  description = "Calls at once, taken out of the account's; null shares them."
}

variable "environment" {
  type        = map(string)
  description = "The function's settings; CODE_VERSION is added."
}

variable "policy" {
  type        = string
  description = "JSON of what the function may do beside logging, tracing and keeping its failed events."
}

variable "role_path" {
  type        = string
  description = "Path of the role, with its slashes."
}

variable "permissions_boundary_arn" {
  type        = string
  default     = null
  description = "The most that the role may do; null for no such bound."
}

variable "log_retention_days" {
  type        = number
  description = "How long CloudWatch keeps the log."
}

variable "queued_events" {
  type        = object({ bucket_arn = string, account_id = string, concurrency = number })
  default     = null
  description = "The bucket whose created objects call the function through a queue, and how many calls at once; null for none. It keeps failed events."
}

variable "keeps_failed_events" {
  type        = bool
  description = "Whether events that failed for good are kept in a dead-letter queue: for functions that nobody waits for."
}
