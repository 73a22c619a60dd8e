import { HttpError, type Problem } from '../../../../lib/http/problem.ts';
import { readQuery } from '../../../../lib/http/query.ts';
import type { HttpEvent, WordedError } from '../../../../lib/http/stack.ts';
import { shown } from '../../../../lib/text-safety.ts';
import type { Asked } from '../../model-cache.ts';
import { errorText, type Face } from '../face.ts';
import { answerInvocation } from '../invocations/answer-invocation.ts';

/** Set to the version that answered. */
const INVOKED_VARIANT = 'x-amzn-invoked-production-variant';

/**
 * SageMaker's runtime, so that its clients work with another endpoint URL. An endpoint is a model, and a
 * variant or a target model one of its versions. Source:
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
 */
export const face: Face<'sagemaker'> = {
  answers: {
    'POST /endpoints/{model}/invocations': async ({ event, startedMs }, service) => {
      readQuery(event.rawQueryString, {});
      const name = event.pathParameters?.model ?? '';
      const call = { route: 'sagemaker', event, startedMs, name, asked: versionAsked(event) } as const;
      const answer = await answerInvocation(call, service);
      return {
        ...answer,
        headers: { ...answer.headers, [INVOKED_VARIANT]: answer.headers!['x-model-version']! },
      };
    },
  },
  wordError,
};

/** The name of the one variant that an endpoint has unless it is told otherwise: whatever is in use. */
const ALL_TRAFFIC = 'AllTraffic';
const VARIANT = /^v?([1-9]\d{0,11})$/;
/** Target models are archives below a prefix of S3. */
const TARGET_MODEL = /^\/?v?([1-9]\d{0,11})(?:\.tar\.gz|\.knn)?$/;

/** @throws HttpError 404 for a variant or a target model that is no version, or two that differ */
function versionAsked({ headers }: HttpEvent): Asked | undefined {
  const variant = headers['x-amzn-sagemaker-target-variant'];
  const target = headers['x-amzn-sagemaker-target-model'];
  const asked = [
    ...(variant === undefined || variant === ALL_TRAFFIC ? [] : [versionIn(variant, VARIANT)]),
    ...(target === undefined ? [] : [versionIn(target, TARGET_MODEL)]),
  ];
  if (new Set(asked).size < 2) return asked[0] === undefined ? undefined : { version: asked[0] };
  throw new HttpError(
    404,
    'unknown_version',
    'The target variant and the target model are different versions.',
  );
}

function versionIn(text: string, pattern: RegExp): number {
  const digits = pattern.exec(text)?.[1];
  if (digits !== undefined) return Number(digits);
  const message = `There is no version ${shown(text)}: variants are called 3 or v3, or ${ALL_TRAFFIC} for the champion.`;
  throw new HttpError(404, 'unknown_version', message);
}

/** Errors of a request that no model got to see. All others are of the model's container. */
const OF_THE_SERVICE: Readonly<Record<number, readonly [status: number, type: string]>> = {
  401: [401, 'UnrecognizedClientException'],
  403: [403, 'AccessDeniedException'],
  404: [400, 'ValidationError'],
  410: [400, 'ValidationError'],
  500: [500, 'InternalFailure'],
  503: [503, 'ServiceUnavailable'],
};

/** What the service answers when a container answers with an error. */
const MODEL_ERROR = [424, 'ModelError'] as const;

function wordError(problem: Problem): WordedError {
  const [status, type] = OF_THE_SERVICE[problem.status] ?? MODEL_ERROR;
  const message = errorText(problem);
  const headers = { 'x-amzn-errortype': type };
  if (type !== 'ModelError') return { status, headers, body: { Message: message } };
  const original = { OriginalMessage: message, OriginalStatusCode: problem.status, LogStreamArn: '' };
  return {
    status,
    headers,
    body: { ErrorCode: 'CLIENT_ERROR_FROM_MODEL', Message: message, ...original },
  };
}
