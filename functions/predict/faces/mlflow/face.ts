import { readQuery } from '../../../../lib/http/query.ts';
import { versionParameters } from '../../../../lib/http/schemas/predict-request.ts';
import { json } from '../../../../lib/http/stack.ts';
import { DEFAULT_MODEL } from '../../../../lib/names.ts';
import { askedOf } from '../../prediction-service.ts';
import { errorText, type Face } from '../face.ts';
import { answerInvocation } from '../invocations/answer-invocation.ts';

/** MLflow's names of errors, by status. Source: mlflow/protos/databricks.proto. */
const ERROR_CODES: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'RESOURCE_DOES_NOT_EXIST',
  410: 'RESOURCE_DOES_NOT_EXIST',
  413: 'INVALID_PARAMETER_VALUE',
  415: 'INVALID_PARAMETER_VALUE',
  503: 'TEMPORARILY_UNAVAILABLE',
};

/**
 * MLflow's scoring server: https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally. Its `/ping` and
 * `/invocations` are also the contract of a container of SageMaker.
 */
export const face: Face<'mlflow'> = {
  answers: {
    'GET /ping': async ({ caller }, service) => {
      await service.state(DEFAULT_MODEL, caller);
      return json(200, {});
    },
    'POST /invocations': async ({ event, startedMs }, service) => {
      const asked = askedOf(readQuery(event.rawQueryString, versionParameters));
      const name = event.headers['x-model-name'];
      const call = { route: 'mlflow' as const, event, startedMs, name };
      return await answerInvocation({ ...call, asked }, service);
    },
    'GET /version': async (_, { codeVersion }) => ({
      statusCode: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: codeVersion,
    }),
  },
  wordError: (problem) => ({
    status: problem.status,
    body: { error_code: ERROR_CODES[problem.status] ?? 'INTERNAL_ERROR', message: errorText(problem) },
  }),
};
