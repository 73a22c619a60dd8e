import type { Model } from '../../../../lib/classifier/model.ts';
import { REQUEST_SCHEMAS } from '../../../../lib/columns/kinds.ts';
import type { JsonSchema } from '../../../../lib/columns/request-schema.ts';
import { modelOf } from '../../../../lib/http/path-parameters.ts';
import { readQuery } from '../../../../lib/http/query.ts';
import { versionParameters } from '../../../../lib/http/schemas/predict-request.ts';
import type { HttpAnswer, HttpEvent } from '../../../../lib/http/stack.ts';
import { askedOf, type PredictionService } from '../../prediction-service.ts';
import { sizedAnswer } from '../../sized-answer.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** Characters of categories that all schemas of a model name together: there may be far more. */
const MAX_CATEGORY_TEXT = 500_000;

/** Answers what a model takes and gives, as JSON Schemas for programs. */
export async function answerSchema(event: HttpEvent, service: PredictionService): Promise<HttpAnswer> {
  const asked = askedOf(readQuery(event.rawQueryString, versionParameters));
  const { model, facts } = await service.model(modelOf(event), asked);
  const schemas = {
    model: facts.model,
    model_version: `v${facts.version}`,
    instance: instanceSchema(model),
    answer: answerOf(model),
  };
  return sizedAnswer(schemas, {});
}

/** One row: by name, or in the order of the features. */
function instanceSchema(model: Model): JsonSchema {
  let left = MAX_CATEGORY_TEXT;
  const hasRoom = (text: string) => {
    left -= text.length;
    return left >= 0;
  };
  const features = model.features.map((feature): readonly [string, JsonSchema] => {
    const value = REQUEST_SCHEMAS[feature.type].of(feature, hasRoom);
    return [feature.name, feature.required ? value : { anyOf: [value, { type: 'null' }] }];
  });
  const unused = [model.meta.label, ...(model.meta.ignored ?? [])].map((name) => [name, true] as const);
  return {
    $schema: DIALECT,
    title: 'An instance',
    description: 'One row: its values by name, or in the order of the features. null is a gap.',
    anyOf: [
      {
        type: 'object',
        properties: Object.fromEntries([...unused, ...features]),
        required: features.map(([name]) => name),
        additionalProperties: false,
      },
      {
        type: 'array',
        prefixItems: features.map(([, schema]) => schema),
        minItems: features.length,
        items: false,
      },
    ],
  };
}

/** The answer to one row. It is open: a later release may add members. */
function answerOf({ meta }: Model): JsonSchema {
  return {
    $schema: DIALECT,
    title: 'An answer',
    type: 'object',
    properties: {
      prediction: { description: `The class: ${meta.label}.`, enum: meta.classes },
      confidence: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
    },
    required: ['prediction', 'confidence'],
  };
}
