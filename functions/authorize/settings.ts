import { registryTable } from '../../lib/shared-settings.ts';

/** What the function reads of its environment. */
export const settings = { REGISTRY_TABLE: registryTable() };
