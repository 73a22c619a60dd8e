import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { BucketStage } from '../../lib/functions.ts';
import type { BatchJobs } from './batch-jobs.ts';
import type { StepRunner } from './moto-gaps.ts';
import type { Packages } from './packages.ts';
import type { Processes } from './processes.ts';
import type { Recorder } from './recorder.ts';
import type { WithheldTags } from './withheld-tags.ts';

/** What the parts of the run on an applied AWS share. */
export interface ApplyOptions {
  readonly processes: Processes;
  readonly roots: { readonly system: string; readonly bootstrap: string };
  readonly workFolder: string;
  readonly mirror: string | undefined;
  readonly packages: Packages;
  readonly recorder: Recorder;
  readonly withheldTags: WithheldTags;
  /** Runs the functions of a state machine's steps. */
  readonly steps: StepRunner;
  /** The jobs that the state machine of trainings submits. */
  readonly jobs: BatchJobs;
  /** Takes the metrics that functions log. */
  readonly metrics: CloudWatchClient;
  readonly say: (line: string) => void;
}

/** Terraform's outputs that the run uses. */
export interface SystemOutputs {
  readonly api_url: string;
  readonly buckets: Record<BucketStage, string>;
  readonly registry_table: string;
  readonly functions: Record<string, { readonly name: string; readonly version: string }>;
  readonly alias: string;
  readonly rollout_alarms: readonly string[];
}
