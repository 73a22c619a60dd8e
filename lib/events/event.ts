import * as z from 'zod/mini';

/** What can happen, by the type of its event. A new type is an entry here, and the file that makes it. */
export const EVENT_TYPES = {
  'classifier.version.registered': 'A training ended in a new version.',
  'classifier.gate.failed': 'The new version did not pass the quality gate, and waits for a person.',
  'classifier.version.waiting':
    'A version passed the quality gate, and its contract asks a person to promote it.',
  'classifier.version.promoted': 'A version became the champion for the first time.',
  'classifier.version.rolled_back': 'A version that was champion before is it again.',
  'classifier.version.retired': 'A version was taken out of use for good.',
  'classifier.alias.changed':
    'A name beside `champion` was given to a version, moved to another, or taken away.',
  'classifier.upload.refused': 'A file was refused; the report says why.',
  'classifier.upload.failed':
    'All attempts to read a file, or to train on it, ended in a fault; its event is a dead letter.',
  'classifier.training.failed': 'No model can be learnt from the rows of a file.',
  'classifier.batch.ended': 'A file whose rows were to be predicted is done, refused or failed.',
  'classifier.drift.detected': 'Predictions are no longer like the training data.',
} as const;

export type EventType = keyof typeof EVENT_TYPES;

const types = Object.keys(EVENT_TYPES) as [EventType, ...EventType[]];

/** Facts of an event: ids, counts, times. Never a value of the data, nor a text that may quote one. */
export type Fact =
  | string
  | number
  | boolean
  | null
  | readonly Fact[]
  | { readonly [name: string]: Fact | undefined };

/** What happened, before it has its place in the outbox. */
export interface EventDraft {
  /** The same whenever the same thing is told again. */
  readonly id: string;
  readonly type: EventType;
  readonly model: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** One sentence for people. */
  readonly summary: string;
  readonly facts: Readonly<Record<string, Fact | undefined>>;
  /** Addresses within the API, by what is found there. */
  readonly links: Readonly<Record<string, string>>;
}

const said = (text: string) => z.describe(text);

/** An event in the format of CloudEvents 1.0, as it is listed and sent. */
export const cloudEvent = z.object({
  specversion: z.literal('1.0'),
  id: z.string().check(said('The same whenever the same thing is told again.')),
  source: z.string().check(said('The model, as its address within the API.')),
  type: z.enum(types).check(said('What happened.')),
  subject: z.string().check(said("The model's name.")),
  time: z.string().check(said('When it happened; of an upload, when that was noticed: ISO 8601, UTC.')),
  datacontenttype: z.literal('application/json'),
  sequence: z.int().check(said('The place among all events, which has no gaps.')),
  data: z
    .looseObject({
      model: z.string().check(said("The model's name.")),
      summary: z.string().check(said('One sentence for people.')),
      links: z
        .record(z.string(), z.string())
        .check(said('Addresses within the API, by what is found there.')),
    })
    .check(said('Ids, counts and lineage, by the type of the event; never a value of the data.')),
});

export type CloudEvent = z.infer<typeof cloudEvent>;

/** The event that stands at a place of the outbox. */
export function eventAt(sequence: number, draft: EventDraft): CloudEvent {
  const { id, type, model, time, summary, facts, links } = draft;
  return {
    specversion: '1.0',
    id,
    source: `/models/${model}`,
    type,
    subject: model,
    time,
    datacontenttype: 'application/json',
    sequence,
    data: { model, summary, ...facts, links },
  };
}
