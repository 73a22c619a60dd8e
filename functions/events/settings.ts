import * as z from 'zod/mini';
import { described, textOr } from '../../lib/config.ts';
import { SECRET_RULE, secretBytes } from '../../lib/events/webhook-signature.ts';
import { registryTable } from '../../lib/shared-settings.ts';

/** What the function reads from its environment. */
export const settings = {
  REGISTRY_TABLE: registryTable(),
  EVENT_BUS: textOr('', 'the EventBridge bus that events are put on; empty to put them on none'),
  WEBHOOK_URL: textOr(
    '',
    'where events are posted, signed, in place of a bus: `npm start -- --webhook` sets it',
  ),
  WEBHOOK_SECRET: described(
    z._default(
      z
        .string()
        .check(z.refine((text) => text === '' || secretBytes(text) !== undefined, `expected ${SECRET_RULE}`)),
      '',
    ),
    `what posted events are signed with: ${SECRET_RULE}`,
  ),
};
