import { describe, expect, it, vi } from 'vitest';
import { keepHouse } from '../../../../functions/housekeeping/keep-house.ts';
import { createLogger } from '../../../../lib/telemetry/logger.ts';

const logger = createLogger();
logger.setLogLevel('SILENT');

const reconciled = { compared: 1, reingested: [], retrained: [], ended: [] };
const retained = { retired: [], deleted: [], kept: [] };
const fails = (message: string) => async () => {
  throw new Error(message);
};

describe('keepHouse', () => {
  it('reports both chores', async () => {
    const report = await keepHouse(
      async () => reconciled,
      async () => retained,
      logger,
    );
    expect(report).toEqual({ reconciled, retained });
  });

  it('runs the second chore when the first fails, and fails at the end', async () => {
    const retain = vi.fn(async () => retained);
    await expect(keepHouse(fails('no ledger'), retain, logger)).rejects.toThrow('no ledger');
    expect(retain).toHaveBeenCalledTimes(1);
    await expect(keepHouse(async () => reconciled, fails('no bucket'), logger)).rejects.toThrow('no bucket');
  });

  it('names both faults when both chores fail', async () => {
    const failed = keepHouse(fails('no ledger'), fails('no bucket'), logger);
    await expect(failed).rejects.toMatchObject({
      errors: [{ message: 'no ledger' }, { message: 'no bucket' }],
    });
  });
});
