import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';

/** How an execution stands. */
export interface ExecutionState {
  readonly status: 'running' | 'succeeded' | 'ended';
  /** What ended it, if it did not succeed. */
  readonly cause: string | undefined;
}

/** The executions of one state machine. */
export interface Executions {
  /**
   * Starts an execution. A second start with the same name and input is the first.
   *
   * @returns false when an execution of that name ended before
   */
  start(name: string, input: unknown): Promise<boolean>;
  /** undefined when there never was an execution of that name, or it is forgotten after 90 days. */
  find(name: string): Promise<ExecutionState | undefined>;
}

/** @param stateMachineArn without a version */
export function executionsOf(sfn: SFNClient, stateMachineArn: string): Executions {
  const prefix = stateMachineArn.replace(':stateMachine:', ':execution:');
  return {
    async start(name, input) {
      try {
        await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
        return true;
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return false;
        throw error;
      }
    },
    async find(name) {
      try {
        const executionArn = `${prefix}:${name}`;
        const { status, error, cause } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        const isRunning = status === 'RUNNING' || status === 'PENDING_REDRIVE';
        return {
          status: isRunning ? 'running' : status === 'SUCCEEDED' ? 'succeeded' : 'ended',
          cause: isRunning ? undefined : (cause ?? error ?? status),
        };
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return undefined;
        throw error;
      }
    },
  };
}
