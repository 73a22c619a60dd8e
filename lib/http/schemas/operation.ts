import * as z from 'zod/mini';
import { FUNCTION_NAMES } from '../../functions.ts';

const said = (text: string) => z.describe(text);
const time = (text: string) => z.string().check(said(`${text}: ISO 8601, UTC.`));

/** `GET /costs` */
export const costAnswer = z.object({
  from: time('The beginning of this month'),
  to: time('When this was computed'),
  currency: z.literal('USD').check(said('Prices of us-east-1, without the free tier.')),
  total: z.number().check(said('The sum of the lines.')),
  lines: z
    .array(
      z.object({
        what: z.string().check(said('What was used.')),
        units: z.number().check(said('How much of it.')),
        unit: z.string().check(said('What a unit is.')),
        price: z.number().check(said('Of one unit.')),
        amount: z.number().check(said('Units times price.')),
      }),
    )
    .check(said('What the sum is made of.')),
  left_out: z
    .array(z.string())
    .check(said('What a bill has besides: nothing here says how much of it there is.')),
});

export type CostAnswer = z.infer<typeof costAnswer>;

const functionName = z.enum(FUNCTION_NAMES as [string, ...string[]]).check(said('The function.'));

/** `GET /dead-letters` */
export const deadLetterAnswer = z.object({
  queues: z
    .array(
      z.object({
        function: functionName,
        queue: z.string().check(said('The name of the queue.')),
        count: z.int().check(said('How many letters wait in it; approximate, as SQS counts.')),
      }),
    )
    .check(said('A queue for each function that nobody waits for.')),
  letters: z
    .array(
      z.object({
        function: functionName,
        request_id: z.string().check(said('Of its last attempt, as the logs name it.')),
        failed_at: time('When it failed for good'),
        attempts: z
          .nullable(z.int())
          .check(said('How often it was tried; null when the letter does not say.')),
        error: z.string().check(said('Why the last attempt failed: at most 500 characters.')),
        object: z
          .nullable(
            z.object({
              bucket: z.string().check(said('The bucket.')),
              key: z.string().check(said('The key.')),
            }),
          )
          .check(said('The object that it was told of; null for a run by the clock.')),
        model: z.nullable(z.string()).check(said('The model of that object; null where it belongs to none.')),
        again: z.string().check(said('How to have the work done again.')),
      }),
    )
    .check(said('Newest first: at most ten of each queue, which are not removed by looking.')),
});

export type DeadLetterAnswer = z.infer<typeof deadLetterAnswer>;
