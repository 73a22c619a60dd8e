import type { Example } from './operation.ts';

/** Requests to the predict function, and what it answers where `npm start` has uploaded data/raw. Recorded; a test executes them. */
export const PREDICT_EXAMPLES = {
  'POST /predict': [
    {
      name: 'iris',
      summary: 'One iris, its values in the order of the features',
      path: '/predict',
      body: {
        features: [5.1, 3.5, 1.4, 0.2],
      },
      status: 200,
      answer: {
        prediction: 'setosa',
        confidence: 0.9961538461538462,
        model_version: 'v1',
      },
    },
    {
      name: 'iris_by_name',
      summary: 'The same iris, its values by name',
      path: '/predict',
      body: {
        features: {
          petal_length: 1.4,
          petal_width: 0.2,
          sepal_length: 5.1,
          sepal_width: 3.5,
        },
      },
      status: 200,
      answer: {
        prediction: 'setosa',
        confidence: 0.9961538461538462,
        model_version: 'v1',
      },
    },
    {
      name: 'iris_batch',
      summary: 'Two irises',
      path: '/predict',
      body: {
        instances: [
          [5.1, 3.5, 1.4, 0.2],
          [6.3, 3.3, 6, 2.5],
        ],
      },
      status: 200,
      answer: {
        predictions: [
          {
            prediction: 'setosa',
            confidence: 0.9961538461538462,
          },
          {
            prediction: 'virginica',
            confidence: 0.9961538461538462,
          },
        ],
        model_version: 'v1',
      },
    },
    {
      name: 'iris_pinned',
      summary: 'An iris, by a version that is pinned',
      path: '/predict?version=1',
      body: {
        features: [5.1, 3.5, 1.4, 0.2],
      },
      status: 200,
      answer: {
        prediction: 'setosa',
        confidence: 0.9961538461538462,
        model_version: 'v1',
      },
    },
    {
      name: 'text_for_a_number',
      summary: 'A text where the model has a number',
      path: '/predict',
      body: {
        features: [5.1, '3.5', 1.4, 0.2],
      },
      status: 400,
      answer: {
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        detail: 'features[1]: "sepal_width": expected a number, got a value of type string',
        code: 'invalid_request',
        request_id: 'JKJaXmPLvHcESHA=',
        errors: [
          {
            path: 'features[1]',
            message: '"sepal_width": expected a number, got a value of type string',
          },
        ],
      },
    },
    {
      name: 'unknown_version',
      summary: 'A version that does not exist',
      path: '/predict?version=99',
      body: {
        features: [5.1, 3.5, 1.4, 0.2],
      },
      status: 404,
      answer: {
        type: 'about:blank',
        title: 'Not Found',
        status: 404,
        detail: 'The model "default" has no v99. GET /models/default/versions lists what it has.',
        code: 'unknown_version',
        request_id: 'JKJaXmPLvHcESHA=',
      },
    },
  ],
  'POST /models/{model}/predict': [
    {
      name: 'penguin',
      summary: 'One penguin whose sex is not known',
      path: '/models/penguins/predict',
      body: {
        features: {
          island: 'Biscoe',
          bill_length_mm: 46.1,
          bill_depth_mm: 13.2,
          flipper_length_mm: 211,
          body_mass_g: 4500,
          sex: null,
        },
      },
      status: 200,
      answer: {
        prediction: 'Gentoo',
        confidence: 0.9959677419354839,
        model_version: 'v1',
      },
    },
    {
      name: 'penguin_explained',
      summary: 'The same penguin, and why',
      path: '/models/penguins/predict?explain=true',
      body: {
        features: {
          island: 'Biscoe',
          bill_length_mm: 46.1,
          bill_depth_mm: 13.2,
          flipper_length_mm: 211,
          body_mass_g: 4500,
          sex: null,
        },
      },
      status: 200,
      answer: {
        prediction: 'Gentoo',
        confidence: 0.9959677419354839,
        vote_share: 1,
        probabilities: [
          {
            label: 'Adelie',
            probability: 0.0027859237536656868,
          },
          {
            label: 'Chinstrap',
            probability: 0.0012463343108504387,
          },
          {
            label: 'Gentoo',
            probability: 0.9959677419354839,
          },
        ],
        neighbours: [
          {
            label: 'Gentoo',
            distance: 0.08862240543490721,
            values: {
              island: 'Biscoe',
              bill_length_mm: 49.5,
              bill_depth_mm: 16.2,
              flipper_length_mm: 229,
              body_mass_g: 5800,
              sex: 'male',
            },
          },
          {
            label: 'Gentoo',
            distance: 0.13725855167384846,
            values: {
              island: 'Biscoe',
              bill_length_mm: 48.5,
              bill_depth_mm: 14.1,
              flipper_length_mm: 220,
              body_mass_g: 5300,
              sex: 'male',
            },
          },
          {
            label: 'Gentoo',
            distance: 0.2759256156233369,
            values: {
              island: 'Biscoe',
              bill_length_mm: 50,
              bill_depth_mm: 16.3,
              flipper_length_mm: 230,
              body_mass_g: 5700,
              sex: 'male',
            },
          },
        ],
        novelty: {
          distance: 0.16726885757736418,
          threshold: 1.0925238012774197,
          percentile: 0.31683168316831684,
          is_novel: false,
        },
        model_version: 'v1',
      },
    },
    {
      name: 'unknown_model',
      summary: 'A model that does not exist',
      path: '/models/unicorns/predict',
      body: {
        features: [1],
      },
      status: 404,
      answer: {
        type: 'about:blank',
        title: 'Not Found',
        status: 404,
        detail:
          'There is no model "unicorns". Upload a CSV to make it: <file>.csv below unicorns/ in the raw bucket.',
        code: 'unknown_model',
        request_id: 'JKJaXmPLvHcESHA=',
      },
    },
  ],
  'GET /health': [
    {
      name: 'ready',
      summary: 'The default model',
      path: '/health',
      status: 200,
      answer: {
        status: 'ready',
        model: 'default',
        model_version: 'v1',
        code_version: 'local',
      },
    },
    {
      name: 'penguins',
      summary: 'Another model',
      path: '/health?model=penguins',
      status: 200,
      answer: {
        status: 'ready',
        model: 'penguins',
        model_version: 'v1',
        code_version: 'local',
      },
    },
    {
      name: 'unknown_model',
      summary: 'A model that does not exist',
      path: '/health?model=unicorns',
      status: 404,
      answer: {
        type: 'about:blank',
        title: 'Not Found',
        status: 404,
        detail:
          'There is no model "unicorns". Upload a CSV to make it: <file>.csv below unicorns/ in the raw bucket.',
        code: 'unknown_model',
        request_id: 'JKJaXmPLvHcESHA=',
      },
    },
  ],
} as const satisfies Readonly<Record<string, readonly Example[]>>;
