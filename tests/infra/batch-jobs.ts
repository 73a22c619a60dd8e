import { type Answer, forward, type StandIn, withBody } from './recorder.ts';

type Call = Parameters<StandIn>[0];

/** A job that AWS Batch took. */
export interface SubmittedJob {
  readonly id: string;
  readonly name: string;
  /** The ARN of its definition, with its revision. */
  readonly definition: string;
  readonly overrides: ContainerOverrides;
}

interface ContainerOverrides {
  readonly command?: readonly string[];
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
}

export type JobStatus = 'RUNNABLE' | 'RUNNING' | 'SUCCEEDED' | 'FAILED';

/** Runs the container of a job. @returns its exit code */
export type RunJob = (job: SubmittedJob) => Promise<number>;

/** The jobs of AWS Batch, which moto only stores. They wait in their queue until there is room for them. */
export class BatchJobs {
  readonly #jobs = new Map<string, { readonly job: SubmittedJob; status: JobStatus }>();
  readonly #faults: unknown[] = [];
  #run: RunJob | undefined;

  submit(job: SubmittedJob): void {
    this.#jobs.set(job.id, { job, status: 'RUNNABLE' });
    this.#start(job.id);
  }

  /** Runs the jobs that wait, and those that come. */
  makeRoom(run: RunJob): void {
    this.#run = run;
    for (const id of this.#jobs.keys()) this.#start(id);
  }

  statusOf(id: string): JobStatus | undefined {
    return this.#jobs.get(id)?.status;
  }

  /**
   * The statuses of the jobs of a name, in the order in which they were submitted.
   *
   * @throws the fault of the test by which a job could not be run
   */
  statusesOf(name: string): JobStatus[] {
    if (this.#faults.length > 0) throw this.#faults[0];
    return [...this.#jobs.values()].filter(({ job }) => job.name === name).map(({ status }) => status);
  }

  #start(id: string): void {
    const entry = this.#jobs.get(id);
    if (entry?.status !== 'RUNNABLE' || !this.#run) return;
    entry.status = 'RUNNING';
    this.#run(entry.job).then(
      (code) => {
        entry.status = code === 0 ? 'SUCCEEDED' : 'FAILED';
      },
      (fault: unknown) => {
        this.#faults.push(fault);
        entry.status = 'FAILED';
      },
    );
  }
}

/**
 * Answers what moto gets wrong of AWS Batch: the role of the service itself, and how jobs stand.
 *
 * @param moto where it answers itself
 */
export function batchStandIn(moto: string, jobs: BatchJobs): StandIn {
  return (call) => {
    if (call.service !== 'batch') return undefined;
    switch (call.url.pathname) {
      case '/v1/createcomputeenvironment':
        return created(call, moto);
      case '/v1/submitjob':
        return submitted(call, moto, jobs);
      case '/v1/describejobs':
        return described(call, moto, jobs);
      default:
        return undefined;
    }
  };
}

/**
 * AWS Batch takes its own role where none is named, or an empty name is, as Terraform sends it. Source:
 * "CreateComputeEnvironment", of "serviceRole".
 */
async function created(call: Call, moto: string): Promise<Answer> {
  const input = JSON.parse(call.body.toString()) as { readonly serviceRole?: string };
  if (input.serviceRole) return await forward(call, moto);
  return await forward(withBody(call, { ...input, serviceRole: await serviceRole(moto) }), moto);
}

/** Makes the role of the service, as AWS does at an account's first compute environment. */
async function serviceRole(moto: string): Promise<string> {
  const form = {
    Action: 'CreateServiceLinkedRole',
    AWSServiceName: 'batch.amazonaws.com',
    Version: '2010-05-08',
  };
  const answer = await fetch(moto, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=aws/20260101/us-east-1/iam/aws4_request' },
  });
  const text = await answer.text();
  const arn = /<Arn>([^<]+)<\/Arn>/.exec(text)?.[1];
  if (arn !== undefined) return arn;
  throw new Error(`${form.Action}: expected a role, got ${answer.status} ${text}`);
}

async function submitted(call: Call, moto: string, jobs: BatchJobs): Promise<Answer> {
  const answer = await forward(call, moto);
  if (answer.status !== 200) return answer;
  const { jobId: id } = JSON.parse(answer.body.toString()) as { jobId: string };
  const input = JSON.parse(call.body.toString()) as {
    readonly jobName: string;
    readonly jobDefinition: string;
    readonly containerOverrides?: ContainerOverrides;
  };
  jobs.submit({
    id,
    name: input.jobName,
    definition: input.jobDefinition,
    overrides: input.containerOverrides ?? {},
  });
  return answer;
}

async function described(call: Call, moto: string, jobs: BatchJobs): Promise<Answer> {
  const answer = await forward(call, moto);
  if (answer.status !== 200) return answer;
  const told = JSON.parse(answer.body.toString()) as { jobs: { jobId: string; status: string }[] };
  return withBody(answer, {
    jobs: told.jobs.map((job) => ({ ...job, status: jobs.statusOf(job.jobId) ?? job.status })),
  });
}
