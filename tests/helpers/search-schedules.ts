import { searchOptions } from './search-options.ts';

/** What one schedule came to. */
export interface SearchedSchedule {
  /** How it ended otherwise than it must; empty when it did not. */
  readonly differences: readonly string[];
  /** What happened in it, and how often. */
  readonly fates: Readonly<Record<string, number>>;
}

/**
 * Runs the schedules that the command line asks for, prints progress and each that ends otherwise than it
 * must, and sets the exit code.
 *
 * @param than what the schedules are compared with
 */
export async function searchSchedules<World extends { close(): Promise<void> }>(
  search: string,
  than: string,
  open: () => Promise<World>,
  run: (world: World, seed: number) => Promise<SearchedSchedule>,
): Promise<void> {
  const { schedules, firstSeed } = searchOptions(search, [], { schedules: 1000, sabotaged: 0 });
  process.env.AWS_REGION ??= 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID ??= 'local';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'local';
  const world = await open();
  const happened = new Map<string, number>();
  let failed = 0;
  for (let seed = firstSeed; seed < firstSeed + schedules; seed++) {
    const { differences, fates } = await run(world, seed);
    for (const [fate, count] of Object.entries(fates)) happened.set(fate, (happened.get(fate) ?? 0) + count);
    if (differences.length > 0) {
      failed++;
      process.stdout.write(`seed ${seed}:\n  ${differences.join('\n  ')}\n`);
    }
    if ((seed - firstSeed + 1) % 50 === 0)
      process.stdout.write(`${seed - firstSeed + 1} of ${schedules}, next seed ${seed + 1}\n`);
  }
  await world.close();
  const counted = [...happened].map(([fate, count]) => `${count} ${fate}`).join(', ');
  process.stdout.write(
    `${schedules} schedules from seed ${firstSeed} (${counted}): ${failed} end otherwise than ${than}\n`,
  );
  process.exitCode = failed > 0 ? 1 : 0;
}
