import type { ModelProbabilities, Prediction } from '../../../../lib/classifier/model.ts';
import { readBytes } from '../../../../lib/http/request.ts';
import { type HttpAnswer, type HttpEvent, json } from '../../../../lib/http/stack.ts';
import { AnswerSize } from '../../explain.ts';
import type { ServedModel } from '../../model-cache.ts';
import { predictor, probabilityPredictor } from '../../predict.ts';
import type { PredictionService } from '../../prediction-service.ts';
import { answerTooLarge, MAX_ANSWER_BYTES, sizedAnswer } from '../../sized-answer.ts';
import { writeElements } from './binary-tensors.ts';
import type { Datatype } from './datatypes.ts';
import type { OutputName } from './metadata.ts';
import { jsonLength, readInference, rowsOf, type WantedOutput } from './read-request.ts';

export interface InferCall {
  readonly event: HttpEvent;
  readonly startedMs: number;
  readonly served: () => Promise<ServedModel>;
}

type Answer = Prediction & Partial<ModelProbabilities>;

/** Few probabilities have fewer characters, with their comma. */
const PROBABILITY_BYTES = 4;

/** Answers a request for inference. */
export async function infer(call: InferCall, service: PredictionService): Promise<HttpAnswer> {
  const { event } = call;
  const length = jsonLength(event.headers['inference-header-content-length']);
  const { id, outputs, tensors } = readInference(readBytes(event, service.maxBodyBytes), length);
  const served = await call.served();
  const { model, facts } = served;
  const rows = rowsOf(tensors, model);
  const hasProbabilities = outputs.some(({ name }) => name === 'probabilities');
  if (hasProbabilities) new AnswerSize().add(rows.length * model.meta.classes.length * PROBABILITY_BYTES);
  return service.answer(
    { route: 'open-inference', startedMs: call.startedMs, served, isBatch: true },
    (watch) => {
      const answerOf = hasProbabilities ? probabilityPredictor(model, watch) : predictor(model, watch);
      const answers: readonly Answer[] = rows.map(answerOf);
      const named = {
        model_name: facts.model,
        model_version: String(facts.version),
        ...(id === undefined ? {} : { id }),
      };
      return answerOutputs(named, outputs, answers, model.meta.classes.length);
    },
  );
}

interface OutputForm {
  readonly datatype: Datatype;
  shape(rows: number, classes: number): number[];
  elements(answers: readonly Answer[]): (string | number)[];
}

const OUTPUT_FORMS: Readonly<Record<OutputName, OutputForm>> = {
  label: {
    datatype: 'BYTES',
    shape: (rows) => [rows],
    elements: (answers) => answers.map(({ prediction }) => prediction),
  },
  confidence: {
    datatype: 'FP64',
    shape: (rows) => [rows],
    elements: (answers) => answers.map(({ confidence }) => confidence),
  },
  probabilities: {
    datatype: 'FP64',
    shape: (rows, classes) => [rows, classes],
    elements: (answers) => answers.flatMap(({ probabilities }) => [...probabilities!]),
  },
};

function answerOutputs(
  named: object,
  outputs: readonly WantedOutput[],
  answers: readonly Answer[],
  classes: number,
): HttpAnswer {
  const binary: Buffer[] = [];
  const described = outputs.map(({ name, isBinary }) => {
    const { datatype, shape, elements } = OUTPUT_FORMS[name];
    const tensor = { name, datatype, shape: shape(answers.length, classes) };
    if (!isBinary) return { ...tensor, data: elements(answers) };
    const bytes = writeElements(elements(answers), datatype);
    binary.push(bytes);
    return { ...tensor, parameters: { binary_data_size: bytes.length } };
  });
  const body = { ...named, outputs: described };
  return binary.length === 0 ? sizedAnswer(body, {}) : binaryAnswer(body, binary);
}

/** JSON with binary tensors behind it. */
function binaryAnswer(body: object, binary: readonly Buffer[]): HttpAnswer {
  const text = Buffer.from(JSON.stringify(body));
  const bytes = Buffer.concat([text, ...binary]).toString('base64');
  if (bytes.length > MAX_ANSWER_BYTES) throw answerTooLarge();
  return {
    ...json(200, undefined, {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(text.length),
    }),
    body: bytes,
    isBase64Encoded: true,
  };
}
