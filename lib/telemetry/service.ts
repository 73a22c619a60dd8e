import { DEFAULT_SERVICE } from './metric-names.ts';

/**
 * The `service` dimension of every metric that this process emits or reads: the system's name, so that two
 * systems in one account have separate metrics. Powertools reads the same variable for its own lines.
 */
export const SERVICE = process.env.POWERTOOLS_SERVICE_NAME || DEFAULT_SERVICE;
