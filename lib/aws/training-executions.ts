import type { Executions } from './executions.ts';

/** An execution that ended keeps its name for 90 days, so that the next one of an upload gets a number. */
const nameOf = (uploadId: string, number: number) => (number === 1 ? uploadId : `${uploadId}-${number}`);

/**
 * Starts an execution for the training on an upload, unless one is running.
 *
 * @param input the same at every start
 */
export async function startTraining(executions: Executions, uploadId: string, input: unknown): Promise<void> {
  for (let number = 1; !(await executions.start(nameOf(uploadId, number), input)); ) number += 1;
}

/** Whether an execution for the training on an upload is running. It may be waiting for its turn. */
export async function isTrainingRunning(executions: Executions, uploadId: string): Promise<boolean> {
  for (let number = 1; ; number += 1) {
    const found = await executions.find(nameOf(uploadId, number));
    if (found === undefined || found.status === 'running') return found !== undefined;
  }
}
