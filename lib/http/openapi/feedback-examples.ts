import type { Example } from './operation.ts';

/** True labels, in the order in which a test sends them where `npm start` has uploaded data/raw. The id is one that predict could have given. */
export const FEEDBACK_EXAMPLES = [
  {
    name: 'label',
    summary: 'What an iris turned out to be',
    path: '/models/default/feedback',
    body: { prediction_id: '019728c9c0005f0c9d2e41b7a8063d1c', label: 'setosa' },
    status: 200,
    answer: {
      model: 'default',
      prediction_id: '019728c9c0005f0c9d2e41b7a8063d1c',
      label: 'setosa',
      recorded_at: '2026-11-24T17:08:10.636Z',
      changed: true,
    },
  },
  {
    name: 'same_label',
    summary: 'The same label again',
    path: '/models/default/feedback',
    body: { prediction_id: '019728c9c0005f0c9d2e41b7a8063d1c', label: 'setosa' },
    status: 200,
    answer: {
      model: 'default',
      prediction_id: '019728c9c0005f0c9d2e41b7a8063d1c',
      label: 'setosa',
      recorded_at: '2026-11-24T17:08:10.636Z',
      changed: false,
    },
  },
  {
    name: 'instance',
    summary: 'The label of the third instance of a batch',
    path: '/models/default/feedback',
    body: { prediction_id: '019728c9c0005f0c9d2e41b7a8063d1f.2', label: 'virginica' },
    status: 200,
    answer: {
      model: 'default',
      prediction_id: '019728c9c0005f0c9d2e41b7a8063d1f.2',
      label: 'virginica',
      recorded_at: '2026-11-24T17:08:10.636Z',
      changed: true,
    },
  },
  {
    name: 'other_label',
    summary: 'Another label for the same prediction',
    path: '/models/default/feedback',
    body: { prediction_id: '019728c9c0005f0c9d2e41b7a8063d1c', label: 'versicolor' },
    status: 409,
    answer: {
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail:
        'The label of this prediction is "setosa" since 2026-11-24T17:08:10.636Z, and the first one stands; got "versicolor".',
      code: 'label_conflict',
      request_id: 'JKJaXmPLvHcESHA=',
      current: {
        model: 'default',
        prediction_id: '019728c9c0005f0c9d2e41b7a8063d1c',
        label: 'setosa',
        recorded_at: '2026-11-24T17:08:10.636Z',
      },
    },
  },
  {
    name: 'not_logged',
    summary: 'A prediction that is not in the log',
    path: '/models/default/feedback',
    body: { prediction_id: '019728c9c0005f0c9d2e41b7a8063d1c-unlogged', label: 'setosa' },
    status: 404,
    answer: {
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail:
        'This prediction is not in the log, so nothing could be compared with its label. A share of the predictions is: PREDICTION_LOG_SAMPLE_RATE.',
      code: 'prediction_not_logged',
      request_id: 'JKJaXmPLvHcESHA=',
    },
  },
] as const satisfies readonly Example[];
