import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
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
  /** Takes the metrics that functions log. */
  readonly metrics: CloudWatchClient;
  readonly say: (line: string) => void;
}

/** Terraform's outputs that the run uses. */
export interface SystemOutputs {
  readonly api_url: string;
  readonly buckets: Record<'raw' | 'processed' | 'models' | 'predictions', string>;
  readonly registry_table: string;
  readonly functions: Record<string, { readonly name: string; readonly version: string }>;
  readonly alias: string;
  readonly rollout_alarms: readonly string[];
}
