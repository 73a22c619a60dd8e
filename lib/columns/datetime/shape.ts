import * as z from 'zod/mini';
import { requiredMember } from '../asking.ts';
import type { NumbersFacts, Shape } from '../shape.ts';
import { DATE_FORMATS, ISO_FORMAT } from './date-format.ts';
import { isoText } from './date-text.ts';

const column = z.strictObject({
  name: z.string(),
  type: z.literal('datetime'),
  ...requiredMember,
  /** Whether any accepted row lacks a value here. */
  nullable: z.boolean(),
  /** The contract's inclusive bounds, as ISO 8601; null where it gives none. */
  min: z.nullable(z.string()),
  max: z.nullable(z.string()),
  /** How the dates are written, as a contract's `format`: requests may write them so, too. */
  format: z.enum(DATE_FORMATS),
});

export const datetimeShape = {
  column,
  columnOf: ({ name, nullable, min, max, required, dateFormat = ISO_FORMAT }) => ({
    name,
    type: 'datetime',
    nullable,
    min: textOrNull(min),
    max: textOrNull(max),
    format: dateFormat,
    ...(required ? { required } : {}),
  }),
} satisfies Shape<z.infer<typeof column>, NumbersFacts>;

const textOrNull = (instant: number) => (Number.isFinite(instant) ? isoText(instant) : null);
