import { registryTable } from '../../lib/shared-settings.ts';

/** The function's environment variables. */
export const settings = { REGISTRY_TABLE: registryTable() };
