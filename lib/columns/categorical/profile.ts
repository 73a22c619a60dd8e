import * as z from 'zod/mini';
import { categoryBars } from '../../html/charts.ts';
import type { Profiling, TextsSummary } from '../profile.ts';

const count = z.int().check(z.minimum(0));

const profile = z.strictObject({
  name: z.string(),
  type: z.literal('categorical'),
  count,
  missing: count,
  categories: count,
  top: z.array(z.strictObject({ value: z.string(), count })),
});

export type CategoricalProfile = z.infer<typeof profile>;

export const categoricalProfiling = {
  profile,
  profileOf: (name, { top, ...summary }) => ({
    name,
    type: 'categorical',
    ...summary,
    top: top.map((each) => ({ ...each })),
  }),
  render: ({ top, count: present }) => categoryBars(top, present),
} satisfies Profiling<CategoricalProfile, TextsSummary>;
