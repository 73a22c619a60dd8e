import { parseArgs } from 'node:util';

/** What a search through fault schedules is asked for. */
export interface SearchOptions<Sabotage extends string> {
  readonly schedules: number;
  readonly firstSeed: number;
  /** The mechanism to take out, to show that the search notices it. */
  readonly sabotage: Sabotage | undefined;
}

/** Reads the command line of a search. Ends the process with its usage when it is faulty. */
export function searchOptions<Sabotage extends string>(
  search: string,
  sabotages: readonly Sabotage[],
  defaults: { readonly schedules: number; readonly sabotaged: number },
): SearchOptions<Sabotage> {
  const { values } = parseArgs({
    options: {
      schedules: { type: 'string' },
      seed: { type: 'string', default: '1' },
      sabotage: { type: 'string' },
    },
  });
  const sabotage = sabotages.find((name) => name === values.sabotage);
  const schedules = Number(values.schedules ?? (sabotage ? defaults.sabotaged : defaults.schedules));
  const firstSeed = Number(values.seed);
  const isKnown = values.sabotage === undefined || sabotage !== undefined;
  if (isKnown && Number.isSafeInteger(schedules) && schedules >= 1 && Number.isSafeInteger(firstSeed))
    return { schedules, firstSeed, sabotage };
  const usage = '[--schedules <number>] [--seed <first seed>]';
  process.stderr.write(
    `usage: npm run test:deep -- ${search} ${usage} [--sabotage ${sabotages.join('|')}]\n`,
  );
  process.exit(2);
}
