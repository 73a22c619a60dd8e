import { KEEPING_FUNCTIONS } from '../../dead-letter-queues.ts';
import { costAnswer, deadLetterAnswer } from '../schemas/operation.ts';
import { noQuery } from '../schemas/paging.ts';
import { tokenAnswer } from '../schemas/token.ts';
import type { Operation } from './operation.ts';

export const REFERENCE_SCHEMAS = {
  TokenAnswer: tokenAnswer,
  CostAnswer: costAnswer,
  DeadLetterAnswer: deadLetterAnswer,
};

const UNREADABLE = {
  503: {
    when: 'AWS does not say what is asked for: ask again.',
    codes: ['unavailable'],
    headers: ['retry-after'],
  },
} as const;

/** Operations that describe and monitor the API: the document, its pages and the metrics. */
export const REFERENCE_OPERATIONS: readonly Operation[] = [
  {
    route: 'GET /metrics',
    operationId: 'metrics',
    tag: 'Operation',
    summary: 'Metrics for Prometheus',
    description:
      'Totals over all instances since 1 January UTC, and what is now as gauges. One read of CloudWatch serves all scrapes of all instances for METRICS_REFRESH_SECONDS; while it cannot be read, the last one goes on being served, and classifier_metrics_snapshot_age_seconds says how old it is.',
    answer: {
      description: "Prometheus' text format 0.0.4.",
      mediaType: 'text/plain',
      schema: {
        type: 'string',
        description: 'Lines such as `classifier_requests_total{route="POST /predict",status="2xx"} 7`.',
      },
    },
    problems: {
      503: {
        when: 'There is nothing to serve yet, or the registry is out of reach: scrape again.',
        codes: ['no_snapshot'],
        headers: ['retry-after'],
      },
    },
    examples: [{ name: 'scrape', summary: 'A scrape', path: '/metrics', status: 200 }],
  },
  {
    route: 'GET /costs',
    operationId: 'costs',
    tag: 'Operation',
    summary: 'What this month has cost so far',
    description:
      'Computed from the calls and their time, as Lambda counts them, at the prices of the cost sheet (`npm run cost`); what no count shows is left out and named. It is no bill: that comes from AWS, a day later.',
    query: noQuery,
    answer: {
      description: 'The sum and what it is made of.',
      mediaType: 'application/json',
      schema: 'CostAnswer',
    },
    problems: UNREADABLE,
    examples: [{ name: 'month', summary: 'This month', path: '/costs', status: 200 }],
  },
  {
    route: 'GET /dead-letters',
    operationId: 'deadLetters',
    tag: 'Operation',
    summary: 'List the events that failed for good',
    description:
      'What lies in the dead-letter queues: how much, the newest ten of each queue as far as SQS shows them, why they failed, and how to have the work done again. Looking removes nothing.',
    query: noQuery,
    answer: {
      description: 'The queues and their letters.',
      mediaType: 'application/json',
      schema: 'DeadLetterAnswer',
    },
    problems: UNREADABLE,
    examples: [
      {
        name: 'none',
        summary: 'Nothing failed',
        path: '/dead-letters',
        status: 200,
        answer: {
          queues: KEEPING_FUNCTIONS.map((name) => ({
            function: name,
            queue: `${name}-dead-letters`,
            count: 0,
          })),
          letters: [],
        },
      },
    ],
  },
  {
    route: 'GET /token',
    operationId: 'token',
    tag: 'Reference',
    summary: 'Whose token this is',
    description:
      'The name of the token that the request was sent with, its scopes, and the models that they hold for. Any valid token may ask.',
    answer: { description: 'Name, scopes and models.', mediaType: 'application/json', schema: 'TokenAnswer' },
    examples: [{ name: 'local', summary: 'Where no token is needed', path: '/token', status: 200 }],
  },
  {
    route: 'GET /',
    operationId: 'console',
    tag: 'Reference',
    summary: 'The console',
    description:
      'A page for people: models, uploads, predictions, operation. It loads nothing from elsewhere, and asks for a token where one is needed.',
    answer: {
      description: 'The page.',
      mediaType: 'text/html',
      schema: { type: 'string', description: 'HTML.' },
    },
    examples: [{ name: 'page', summary: 'The page', path: '/', status: 200 }],
  },
  {
    route: 'GET /console/{file}',
    operationId: 'consoleFile',
    tag: 'Reference',
    summary: 'A file of the console',
    description: 'The script, the style and what else the console loads, named by their content.',
    answer: {
      description: 'The file.',
      mediaType: '*/*',
      schema: { type: 'string', description: 'Its bytes.' },
    },
    problems: { 404: { when: 'The console has no such file.', codes: ['not_found'] } },
    examples: [
      {
        name: 'licences',
        summary: 'The licences of its packages',
        path: '/console/licences.txt',
        status: 200,
      },
      {
        name: 'unknown_file',
        summary: 'A file that does not exist',
        path: '/console/unicorn.js',
        status: 404,
        answer: {
          type: 'about:blank',
          title: 'Not Found',
          status: 404,
          detail: 'The page at / has no such file.',
          code: 'not_found',
          request_id: 'JKJaXmPLvHcESHA=',
        },
      },
    ],
  },
  {
    route: 'GET /openapi.json',
    operationId: 'openApiDocument',
    tag: 'Reference',
    summary: 'This document',
    description: 'OpenAPI 3.1, made of the same schemas that requests are held against.',
    answer: { description: 'The document.', mediaType: 'application/json', schema: 'OpenApiDocument' },
    examples: [{ name: 'document', summary: 'The document', path: '/openapi.json', status: 200 }],
  },
  {
    route: 'GET /docs',
    operationId: 'docs',
    tag: 'Reference',
    summary: 'This document as a page',
    description: 'A page that shows this document and tries its calls. It loads nothing from elsewhere.',
    answer: {
      description: 'The page.',
      mediaType: 'text/html',
      schema: { type: 'string', description: 'HTML.' },
    },
    examples: [{ name: 'page', summary: 'The page', path: '/docs', status: 200 }],
  },
  {
    route: 'GET /docs/{file}',
    operationId: 'docsFile',
    tag: 'Reference',
    summary: 'A file of the page',
    description: 'The scripts, styles and the icon that the page at `/docs` loads.',
    answer: {
      description: 'The file.',
      mediaType: '*/*',
      schema: { type: 'string', description: 'Its bytes.' },
    },
    problems: { 404: { when: 'The page has no such file.', codes: ['not_found'] } },
    examples: [
      { name: 'style', summary: 'The style sheet', path: '/docs/page.css', status: 200 },
      {
        name: 'unknown_file',
        summary: 'A file that does not exist',
        path: '/docs/unicorn.js',
        status: 404,
        answer: {
          type: 'about:blank',
          title: 'Not Found',
          status: 404,
          detail: 'The page at /docs has no such file.',
          code: 'not_found',
          request_id: 'JKJaXmPLvHcESHA=',
        },
      },
    ],
  },
];
