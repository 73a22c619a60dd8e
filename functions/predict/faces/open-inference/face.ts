import { versionOf } from '../../../../lib/http/path-parameters.ts';
import { readQuery } from '../../../../lib/http/query.ts';
import { type HttpAnswer, type HttpEvent, json } from '../../../../lib/http/stack.ts';
import { DEFAULT_MODEL } from '../../../../lib/names.ts';
import type { ServedModel } from '../../model-cache.ts';
import type { PredictionService } from '../../prediction-service.ts';
import { errorText, type Face, type FaceRequest } from '../face.ts';
import { infer } from './infer.ts';
import { modelMetadata } from './metadata.ts';

const metadata = async ({ event }: FaceRequest, service: PredictionService): Promise<HttpAnswer> => {
  const { model, facts } = await servedOf(event, service);
  return json(200, modelMetadata(facts.model, facts.version, model));
};

/** A model is ready when it is loaded: this loads it. */
const ready = async ({ event }: FaceRequest, service: PredictionService): Promise<HttpAnswer> => {
  const { facts } = await servedOf(event, service);
  return json(200, { name: facts.model, ready: true });
};

const predict = ({ event, startedMs }: FaceRequest, service: PredictionService): Promise<HttpAnswer> =>
  infer({ event, startedMs, served: () => servedOf(event, service) }, service);

/**
 * The Open Inference Protocol, version 2 of KServe's: https://github.com/kserve/open-inference-protocol, with
 * the binary tensors of Triton, which its clients send unless told otherwise.
 */
export const face: Face<'open-inference'> = {
  answers: {
    'GET /v2': async (_, { codeVersion }) =>
      json(200, { name: 'serverless-classifier', version: codeVersion, extensions: ['binary_tensor_data'] }),
    'GET /v2/health/live': async () => json(200, { live: true }),
    'GET /v2/health/ready': async ({ caller }, service) => {
      await service.state(DEFAULT_MODEL, caller);
      return json(200, { ready: true });
    },
    'GET /v2/models/{model}': metadata,
    'GET /v2/models/{model}/ready': ready,
    'POST /v2/models/{model}/infer': predict,
    'GET /v2/models/{model}/versions/{version}': metadata,
    'GET /v2/models/{model}/versions/{version}/ready': ready,
    'POST /v2/models/{model}/versions/{version}/infer': predict,
  },
  wordError: (problem) => ({ status: problem.status, body: { error: errorText(problem) } }),
};

/** The model that the path names, in the version that it names, if it does. */
async function servedOf(event: HttpEvent, service: PredictionService): Promise<ServedModel> {
  readQuery(event.rawQueryString, {});
  const { model, version } = event.pathParameters ?? {};
  return await service.model(model ?? '', version === undefined ? undefined : { version: versionOf(event) });
}
