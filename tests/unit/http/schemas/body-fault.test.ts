import { describe, expect, it } from 'vitest';
import { HttpError } from '../../../../lib/http/problem.ts';
import { validate } from '../../../../lib/http/request.ts';
import { batchRequest } from '../../../../lib/http/schemas/batches-api.ts';
import {
  aliasRequest,
  notesRequest,
  promotionRequest,
  retirementRequest,
} from '../../../../lib/http/schemas/changes.ts';
import { feedbackRequest } from '../../../../lib/http/schemas/feedback.ts';
import { previewRequest, uploadRequest } from '../../../../lib/http/schemas/uploads-api.ts';

const BODIES = Object.entries({
  aliasRequest,
  batchRequest,
  feedbackRequest,
  notesRequest,
  previewRequest,
  promotionRequest,
  retirementRequest,
  uploadRequest,
});

function faultsOf(schema: Parameters<typeof validate>[0], body: unknown) {
  try {
    validate(schema, body);
  } catch (error) {
    if (error instanceof HttpError) return error.faults.map(({ message }) => message);
    throw error;
  }
  return [];
}

describe('the body of a request', () => {
  it.each(BODIES)(
    'of %s is described where it is none, and names a key that it does not have',
    (_, schema) => {
      for (const body of [[], 5, null, 'x', { lable: 'a' }]) {
        const faults = faultsOf(schema, body);
        expect(faults.length).toBeGreaterThan(0);
        for (const fault of faults) expect(fault).toMatch(/^expected /);
      }
      expect(faultsOf(schema, { lable: 'a' }).join('; ')).toContain('got also "lable"');
    },
  );
});
