import { oneLine } from '../text-safety.ts';

/** Why a step of a state machine failed, as the state machine tells it. */
export interface StepError {
  readonly Error?: string | undefined;
  readonly Cause?: string | undefined;
}

/** No cause is read further than this; S3 and Lambda may write whole stacks. */
const MAX_CAUSE_LENGTH = 16 * 1024;
const MAX_REASON_LENGTH = 400;

/** One line for people. Lambda's cause is a JSON text with the error's message; a timeout has none. */
export function reasonFor({ Error: name = 'unknown', Cause: cause = '' }: StepError): string {
  if (name === 'States.Timeout') return 'a step took longer than it may';
  return oneLine(messageIn(cause.slice(0, MAX_CAUSE_LENGTH)) || name, MAX_REASON_LENGTH);
}

function messageIn(cause: string): string {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch (error) {
    if (error instanceof SyntaxError) return cause;
    throw error;
  }
}
