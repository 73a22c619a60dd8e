import * as z from 'zod/mini';
import { requiredMember } from '../asking.ts';
import type { NumbersFacts, Shape } from '../shape.ts';
import { DATE_FORMATS, ISO_FORMAT } from './date-format.ts';
import { isoText } from './date-text.ts';

const column = z.strictObject({
  name: z.string(),
  type: z.literal('datetime'),
  ...requiredMember,
  /** Whether any accepted row has a gap here. */
  nullable: z.boolean(),
  /** The contract's inclusive bounds in ISO 8601; null when it gives none. */
  min: z.nullable(z.string()),
  max: z.nullable(z.string()),
  /** Format of the dates, as in a contract. Requests may use it too. */
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
