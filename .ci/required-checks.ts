import { parse } from 'yaml';

/** The one check that branch protection names. */
const REQUIRED = 'Required';
/** The events on which a commit must have it: a merge waits for it. */
const EVENTS = ['pull_request', 'merge_group', 'push'];

type Mapping = Readonly<Record<string, unknown>>;

/**
 * The faults of all workflows together, one line each: an event without a job named `Required`, and one with
 * two. GitHub takes jobs of the same name for one check, so that a commit with two may be merged by the one
 * that passed.
 *
 * @param workflows their texts by path
 */
export function requiredCheckFaults(workflows: Readonly<Record<string, string>>): string[] {
  const started = Object.entries(workflows).map(([file, text]) => {
    const content = parse(text) as Mapping;
    return { file, events: eventsOf(content.on), isRequired: names(content.jobs).includes(REQUIRED) };
  });
  return EVENTS.flatMap((event) => {
    const files = started.filter(({ events, isRequired }) => isRequired && events.includes(event));
    if (files.length === 1) return [];
    const found = files.length === 0 ? 'none' : files.map(({ file }) => file).join(' and ');
    return [`${event}: expected one workflow with a job named "${REQUIRED}", found ${found}`];
  });
}

const names = (jobs: unknown) =>
  Object.entries((jobs ?? {}) as Record<string, Mapping>).map(([key, job]) => job.name ?? key);

function eventsOf(on: unknown): string[] {
  if (typeof on === 'string') return [on];
  return Array.isArray(on) ? on.map(String) : Object.keys((on ?? {}) as Mapping);
}
