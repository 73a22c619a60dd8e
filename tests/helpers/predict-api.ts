import { vi } from 'vitest';
import { lineageHeaders } from '../../functions/predict/lineage-headers.ts';
import { ModelCache, PATIENCE } from '../../functions/predict/model-cache.ts';
import type { Dialect, ModelSource } from '../../functions/predict/model-source.ts';
import { PredictionLog } from '../../functions/predict/prediction-log.ts';
import { predictFunction } from '../../functions/predict/routes.ts';
import { openModel } from '../../lib/classifier/model-file.ts';
import type { AccessPolicy, AuthorizerContext } from '../../lib/http/access.ts';
import { HttpError } from '../../lib/http/problem.ts';
import type { HttpAnswer } from '../../lib/http/stack.ts';
import { unavailable } from '../../lib/http/unavailable.ts';
import { unknownAlias } from '../../lib/http/unknown-alias.ts';
import { unknownModel } from '../../lib/http/unknown-model.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { httpEvent, LAMBDA_CONTEXT } from './http-event.ts';
import { metricsTo } from './metric-buffers.ts';
import { versionDraft } from './version-draft.ts';

/** A model of the function, in version 1, and how its own file was written. */
export interface ServedArtifact {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly dialect?: Dialect;
}

export type Call = Parameters<typeof httpEvent>[1] & { readonly authorizer?: AuthorizerContext };

/** An answer with its body as text, and as JSON where it is some. */
export interface PredictApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: the tests check the content of an answer.
  readonly body: any;
}

export interface PredictApi {
  /** `GET /health` and so on; the path's variables are in the options. */
  call(routeKey: string, options?: Call): Promise<PredictApiAnswer>;
  /** Every metric so far, as key, dimensions and value. */
  readonly metrics: unknown[];
}

/**
 * The predict function in this process, with the models that are given by name. The model `waiting` has no
 * champion.
 */
export function predictApi(
  artifacts: Readonly<Record<string, ServedArtifact>>,
  access: AccessPolicy = { tokens: 'off', actor: 'test' },
  maxBodyBytes: number = 1024 ** 2,
): PredictApi {
  const logger = createLogger();
  for (const level of ['error', 'warn'] as const) vi.spyOn(logger, level).mockImplementation(() => undefined);
  const metrics: unknown[] = [];
  const buffer = metricsTo((...metric) => metrics.push(metric));
  const clock = () => ({ wallMs: 0, steadyMs: 0 });
  const models = new ModelCache({
    source: sourceOf(artifacts),
    refreshSeconds: 30,
    limitBytes: 1024 ** 3,
    patience: PATIENCE,
    emit: buffer.emit,
    logger,
    clock,
  });
  const predictionLog = new PredictionLog({
    sampleRate: 0,
    logsFeatures: false,
    write: () => undefined,
    random: () => 0.5,
    now: () => 0,
  });
  const options = {
    models,
    predictionLog,
    access,
    maxBodyBytes,
    codeVersion: '1.1',
    logger,
    clock,
  };
  const handler = predictFunction({ ...options, metrics: buffer });
  return {
    metrics,
    async call(routeKey, { authorizer, ...options } = {}) {
      const event = httpEvent(routeKey, options);
      Object.assign(event.requestContext, authorizer && { authorizer: { lambda: authorizer } });
      return answerOf(await handler(event, LAMBDA_CONTEXT));
    },
  };
}

function answerOf({ statusCode, headers, body = '', isBase64Encoded }: HttpAnswer): PredictApiAnswer {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  const text = bytes.toString();
  const named = headers as Record<string, string>;
  const isJson = /^application\/(problem\+)?json$/.test(named['content-type'] ?? '') && text !== '';
  return { status: statusCode!, headers: named, text, bytes, body: isJson ? JSON.parse(text) : undefined };
}

/** Why there is no default model, in words that quote its file. */
const refusalOf = (model: string) =>
  model === 'default' ? 'its newest upload was refused: "secret"' : undefined;

function sourceOf(artifacts: Readonly<Record<string, ServedArtifact>>): ModelSource {
  const factsOf = (model: string) => {
    if (model === 'waiting') throw unavailable('no_champion', 'not yet', 5);
    const { dialect } = artifacts[model] ?? {};
    if (!Object.hasOwn(artifacts, model)) throw unknownModel(model, undefined, refusalOf(model));
    const entry = { ...versionDraft(model, '1'), version: 1, lineage: { code_version: '1.0' } };
    return {
      model,
      version: 1,
      artifactKey: model,
      artifactSha256: model,
      headers: lineageHeaders(entry),
      ...(dialect && { dialect }),
    };
  };
  return {
    champion: async (model) => factsOf(model),
    async version(model, version) {
      const facts = factsOf(model);
      if (version !== 1)
        throw new HttpError(404, 'unknown_version', `The model "${model}" has no v${version}.`);
      return facts;
    },
    async alias(model, alias) {
      if (alias === 'canary') return factsOf(model);
      throw unknownAlias(model, alias);
    },
    names: async (limit, among) =>
      Object.keys(artifacts)
        .filter((name) => among?.includes(name) ?? true)
        .sort()
        .slice(0, limit),
    async open({ model }) {
      const { bytes } = artifacts[model]!;
      return { sizeBytes: bytes.length, read: async () => openModel(bytes), discard: () => undefined };
    },
  };
}
