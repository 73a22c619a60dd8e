terraform {
  # 1.10 is the first with the S3 backend's own lock file.
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # The only one that was ever tried: .terraform.lock.hcl holds its checksums for every platform.
      version = "5.100.0"
    }
  }

  # Bucket, key and region come from `terraform init -backend-config=...`: they differ per account.
  backend "s3" {
    use_lockfile = true
  }
}

provider "aws" {
  default_tags {
    tags = merge(var.tags, { Application = var.name })
  }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}
