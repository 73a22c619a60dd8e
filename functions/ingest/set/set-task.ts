/** The input of an execution of the state machine: a set, and which of its executions this is. */
export interface SetTask {
  readonly model: string;
  readonly upload_id: string;
  readonly attempt: number;
}
