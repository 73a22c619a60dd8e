import * as z from 'zod/mini';
import { SCOPES } from '../../routes.ts';

/** `GET /token` */
export const tokenAnswer = z.object({
  name: z.string().check(z.describe("The token's name; where none is needed, who is named in the logs.")),
  scopes: z.array(z.enum(SCOPES)).check(z.describe('What it allows; all where none is needed.')),
  models: z
    .nullable(z.array(z.string()))
    .check(z.describe('The models that its scopes hold for; null when they hold for all.')),
});

export type TokenAnswer = z.infer<typeof tokenAnswer>;
