import { readBytes } from '../../../../lib/http/request.ts';
import type { HttpAnswer, HttpEvent } from '../../../../lib/http/stack.ts';
import type { Asked } from '../../model-cache.ts';
import { predictor } from '../../predict.ts';
import type { PredictionRoute, PredictionService } from '../../prediction-service.ts';
import { askedVersion, checkName } from '../../prediction-service.ts';
import { sizedAnswer } from '../../sized-answer.ts';
import { tableAnswer } from '../tables/answer-table.ts';
import { wantedForm } from '../tables/forms.ts';
import { readInvocation } from './read-invocation.ts';

export interface InvocationCall {
  readonly route: PredictionRoute;
  readonly event: HttpEvent;
  readonly startedMs: number;
  /** Undefined for the default model. */
  readonly name: string | undefined;
  /** What the request asks for outside of its body. */
  readonly asked: Asked | undefined;
}

/**
 * Answers the rows of an invocation: the labels as MLflow's servers do, or, by Accept, lines of CSV or JSON.
 * CSV has no header here, because SageMaker's batch jobs join it to the rows that they sent.
 */
export async function answerInvocation(
  { route, event, startedMs, name, asked }: InvocationCall,
  service: PredictionService,
): Promise<HttpAnswer> {
  checkName(name);
  const bytes = readBytes(event, service.maxBodyBytes);
  const { params, rowsFor } = readInvocation(bytes, event.headers['content-type'] ?? '');
  const pinned = params.version === undefined ? asked : askedVersion(String(params.version));
  const served = await service.model(name, pinned);
  const table = await rowsFor(served);
  const form = wantedForm(event.headers.accept ?? '', 'json');
  return service.answer({ route, startedMs, served, isBatch: true }, (watch) => {
    const answers = table.rows.map(predictor(served.model, watch));
    if (form !== 'json')
      return tableAnswer(answers, form, table, { isExplained: false, isJoined: false, hasHeader: false });
    const predictions = params.confidence === true ? answers : answers.map(({ prediction }) => prediction);
    return sizedAnswer({ predictions }, {});
  });
}
