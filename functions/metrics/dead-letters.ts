import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { deadLetterQueue, KEEPING_FUNCTIONS } from '../../lib/dead-letter-queues.ts';
import type { FunctionName } from '../../lib/functions.ts';
import type { DeadLetterAnswer } from '../../lib/http/schemas/operation.ts';
import { readDeadLetter } from './read-dead-letter.ts';

/** The most that SQS gives at once. */
const SHOWN_LETTERS = 10;

export interface DeadLetterSources {
  readonly sqs: SQSClient;
  /** The prefix of deployed functions' names. */
  readonly functionPrefix: string;
}

/** What waits in the dead-letter queues. Looking takes nothing out of them. */
export async function deadLetters(sources: DeadLetterSources): Promise<DeadLetterAnswer> {
  const queues = await Promise.all(KEEPING_FUNCTIONS.map((name) => lookInto(name, sources)));
  return {
    queues: queues.map(({ letters: _, ...queue }) => queue),
    letters: queues
      .flatMap(({ letters }) => letters)
      .sort((a, b) => Date.parse(b.failed_at) - Date.parse(a.failed_at)),
  };
}

async function lookInto(name: FunctionName, { sqs, functionPrefix }: DeadLetterSources) {
  const queue = deadLetterQueue(`${functionPrefix}${name}`);
  const QueueUrl = await urlOf(name, queue, sqs);
  if (QueueUrl === undefined) return { function: name, queue, count: 0, letters: [] };
  const [{ Attributes }, { Messages = [] }] = await Promise.all([
    sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] })),
    sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: SHOWN_LETTERS,
        MessageSystemAttributeNames: ['SentTimestamp'],
        // Others can see what was looked at.
        VisibilityTimeout: 0,
      }),
    ),
  ]);
  // SQS counts with a delay: what it just gave is there.
  const count = Math.max(Number(Attributes?.ApproximateNumberOfMessages ?? 0), Messages.length);
  const letters = Messages.map(({ Body = '', Attributes: sent }) =>
    readDeadLetter(name, Body, Number(sent?.SentTimestamp ?? 0)),
  );
  return { function: name, queue, count, letters };
}

/** Terraform makes these only where they are asked for. */
const MAY_BE_ABSENT: ReadonlySet<FunctionName> = new Set(['events']);

/** @returns undefined for the queue of a function that is not deployed */
async function urlOf(name: FunctionName, queue: string, sqs: SQSClient): Promise<string | undefined> {
  try {
    return (await sqs.send(new GetQueueUrlCommand({ QueueName: queue }))).QueueUrl;
  } catch (error) {
    if (MAY_BE_ABSENT.has(name) && error instanceof QueueDoesNotExist) return undefined;
    throw error;
  }
}
