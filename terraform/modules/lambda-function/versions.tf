terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # The only one that was ever tried: .terraform.lock.hcl holds its checksums for every platform.
      version = "5.100.0"
    }
  }
}
