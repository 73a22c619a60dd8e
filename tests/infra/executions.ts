import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  SFNClient,
} from '@aws-sdk/client-sfn';
import type { AppliedSystem } from './applied-system.ts';
import { until } from './until.ts';

/** An execution that a function started. */
export interface StartedExecution {
  readonly executionArn: string;
  readonly name: string;
  /** JSON text. */
  readonly input: string;
}

/** The executions that a function started, each once. */
export function startedBy({ calls }: AppliedSystem, actor: string): StartedExecution[] {
  const started = calls()
    .filter((call) => call.actor === actor && isStart(call.headers))
    .map(
      ({ body }) => JSON.parse(body.toString()) as { stateMachineArn: string; name: string; input: string },
    )
    .map(({ stateMachineArn, name, input }) => ({
      executionArn: `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`,
      name,
      input,
    }));
  return [...new Map(started.map((execution) => [execution.executionArn, execution])).values()];
}

const isStart = (headers: Readonly<Record<string, unknown>>) =>
  headers['x-amz-target'] === 'AWSStepFunctions.StartExecution';

/** Waits for the end of an execution. */
export async function endOf(
  { host: { endpoint, region } }: AppliedSystem,
  { executionArn }: StartedExecution,
): Promise<DescribeExecutionCommandOutput> {
  const credentials = { accessKeyId: 'person', secretAccessKey: 'local' };
  const sfn = new SFNClient({ endpoint, region, credentials });
  return await until(`the end of ${executionArn}`, async () => {
    const found = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    return found.status === 'RUNNING' ? undefined : found;
  });
}
