import {
  aliasRemovalQuery,
  aliasRequest,
  notesRequest,
  promotionRequest,
  retirementRequest,
} from '../schemas/changes.ts';
import { driftAnswer } from '../schemas/drift.ts';
import { eventList, eventsQuery } from '../schemas/events.ts';
import { feedbackAnswer, feedbackRequest, feedbackState } from '../schemas/feedback.ts';
import {
  aliasAnswer,
  aliasChange,
  aliasList,
  championAnswer,
  championState,
  changeAnswer,
  decisionList,
  modelCard,
  modelList,
  notesAnswer,
  uploadList,
  versionDetail,
  versionList,
  versionNotes,
} from '../schemas/models-api.ts';
import { logQuery, modelsQuery, noQuery, uploadsQuery, versionsQuery } from '../schemas/paging.ts';
import EVENTS_EXAMPLES from './examples/events.json' with { type: 'json' };
import FEEDBACK_EXAMPLES from './examples/feedback.json' with { type: 'json' };
import MODELS_EXAMPLES from './examples/models.json' with { type: 'json' };
import type { Operation } from './operation.ts';

export const MODELS_SCHEMAS = {
  EventList: eventList,
  ModelList: modelList,
  ModelCard: modelCard,
  VersionList: versionList,
  VersionDetail: versionDetail,
  ChampionAnswer: championAnswer,
  ChampionState: championState,
  DecisionList: decisionList,
  DriftAnswer: driftAnswer,
  UploadList: uploadList,
  PromotionRequest: promotionRequest,
  RetirementRequest: retirementRequest,
  ChangeAnswer: changeAnswer,
  FeedbackRequest: feedbackRequest,
  FeedbackAnswer: feedbackAnswer,
  FeedbackState: feedbackState,
  AliasRequest: aliasRequest,
  AliasAnswer: aliasAnswer,
  AliasList: aliasList,
  AliasChange: aliasChange,
  NotesRequest: notesRequest,
  NotesAnswer: notesAnswer,
  VersionNotes: versionNotes,
};

const TAG = 'Registry';
const UNKNOWN_MODEL = { 404: { when: 'There is no such model.', codes: ['unknown_model'] } };
const UNKNOWN_VERSION = {
  404: {
    when: 'There is no such model, or no such version of it.',
    codes: ['unknown_model', 'unknown_version'],
  },
};

const UNKNOWN_ALIAS = {
  404: {
    when: 'There is no such model, or no such alias of it.',
    codes: ['unknown_model', 'unknown_alias'],
  },
};

const json = (schema: keyof typeof MODELS_SCHEMAS, description: string) => ({
  description,
  mediaType: 'application/json',
  schema,
});

const conflict = (when: string, codes: readonly string[]) => ({
  when: `${when} \`current\` is the newest decision.`,
  codes: ['conflict', ...codes],
  members: { current: 'ChampionState' },
});

/** Operations of the models function. */
export const MODELS_OPERATIONS: readonly Operation[] = [
  {
    route: 'GET /events',
    operationId: 'listEvents',
    tag: TAG,
    summary: 'List events',
    description:
      'What happened to all models: versions, decisions, refused and failed files, drift. Without `after` the newest ones; with it those that came since. The same thing may be told twice, with the same `id`. Deployed, there are events only where Terraform was asked for them.',
    query: eventsQuery,
    answer: json('EventList', 'A page of events.'),
    examples: EVENTS_EXAMPLES,
  },
  {
    route: 'GET /models',
    operationId: 'listModels',
    tag: TAG,
    summary: 'List the models',
    description: 'By name, page by page.',
    query: modelsQuery,
    answer: json('ModelList', 'A page of models.'),
    examples: MODELS_EXAMPLES['GET /models'],
  },
  {
    route: 'GET /models/{model}',
    operationId: 'modelCard',
    tag: TAG,
    summary: 'Show a model',
    description: 'What answers now, how it is asked, how good it is, where it comes from and who decided so.',
    query: noQuery,
    answer: json('ModelCard', "The model's card."),
    problems: UNKNOWN_MODEL,
    examples: MODELS_EXAMPLES['GET /models/{model}'],
  },
  {
    route: 'GET /models/{model}/versions',
    operationId: 'listVersions',
    tag: TAG,
    summary: 'List the versions of a model',
    description:
      'Newest first, page by page; with `tag` those that have it. The log has no gaps: a version is never deleted.',
    query: versionsQuery,
    answer: json('VersionList', 'A page of versions.'),
    problems: UNKNOWN_MODEL,
    examples: MODELS_EXAMPLES['GET /models/{model}/versions'],
  },
  {
    route: 'GET /models/{model}/versions/{version}',
    operationId: 'versionDetail',
    tag: TAG,
    summary: 'Show a version',
    description: 'Everything that is registered of it.',
    query: noQuery,
    answer: json('VersionDetail', 'The version.'),
    problems: UNKNOWN_VERSION,
    examples: MODELS_EXAMPLES['GET /models/{model}/versions/{version}'],
  },
  {
    route: 'PUT /models/{model}/versions/{version}/retirement',
    operationId: 'retireVersion',
    tag: TAG,
    summary: 'Retire a version',
    description:
      'Takes a version out of use for good: it cannot be promoted again, and its artifact may be deleted. To ask again for what is in force already changes nothing. The actor is the name of the token.',
    query: noQuery,
    body: 'RetirementRequest',
    answer: json('ChangeAnswer', 'It is retired, by this request or an earlier one.'),
    problems: {
      ...UNKNOWN_VERSION,
      409: conflict('Another decision came first, or the version is the champion, or an alias names it.', [
        'version_in_use',
        'version_aliased',
      ]),
    },
    examples: MODELS_EXAMPLES['PUT /models/{model}/versions/{version}/retirement'],
  },
  {
    route: 'GET /models/{model}/champion',
    operationId: 'champion',
    tag: TAG,
    summary: 'Show the champion of a model',
    description: 'The version that answers predictions, and the decision that a change must be based on.',
    query: noQuery,
    answer: json('ChampionAnswer', 'The newest decision.'),
    problems: UNKNOWN_MODEL,
    examples: MODELS_EXAMPLES['GET /models/{model}/champion'],
  },
  {
    route: 'PUT /models/{model}/champion',
    operationId: 'promoteVersion',
    tag: TAG,
    summary: 'Promote a version, or roll back to one',
    description:
      'Makes a version the champion, whatever the quality gate said of it. Predictions follow within MODEL_REFRESH_SECONDS. To ask again for what is in force already changes nothing. The actor is the name of the token.',
    query: noQuery,
    body: 'PromotionRequest',
    answer: json('ChangeAnswer', 'It is the champion, by this request or an earlier one.'),
    problems: {
      ...UNKNOWN_VERSION,
      409: conflict('Another decision came first, the version is retired, or its artifact is not there.', [
        'version_retired',
        'artifact_missing',
      ]),
    },
    examples: MODELS_EXAMPLES['PUT /models/{model}/champion'],
  },
  {
    route: 'GET /models/{model}/decisions',
    operationId: 'listDecisions',
    tag: TAG,
    summary: 'List the decisions on a model',
    description:
      'Newest first, page by page: who promoted, rolled back, held and retired what, and gave it which alias, and why.',
    query: logQuery,
    answer: json('DecisionList', 'A page of decisions.'),
    problems: UNKNOWN_MODEL,
    examples: MODELS_EXAMPLES['GET /models/{model}/decisions'],
  },
  {
    route: 'GET /models/{model}/drift',
    operationId: 'drift',
    tag: TAG,
    summary: 'Compare recent predictions with the training data',
    description:
      'The newest comparison of the champion: each column with its verdict and both distributions. The monitor makes it every hour, on a laptop every five minutes, once there are DRIFT_MIN_RECORDS predictions.',
    query: noQuery,
    answer: json('DriftAnswer', 'The newest comparison, or null before the first.'),
    problems: UNKNOWN_MODEL,
    examples: [
      {
        name: 'not_yet',
        summary: 'A model that nobody has asked',
        path: '/models/penguins/drift',
        status: 200,
        answer: { model: 'penguins', report: null },
      },
    ],
  },
  {
    route: 'GET /models/{model}/uploads',
    operationId: 'listUploads',
    tag: TAG,
    summary: 'List the uploads of a model',
    description: 'Newest first, page by page: what became of each file, also of those that were refused.',
    query: uploadsQuery,
    answer: json('UploadList', 'A page of uploads.'),
    problems: UNKNOWN_MODEL,
    examples: MODELS_EXAMPLES['GET /models/{model}/uploads'],
  },
  {
    route: 'PUT /models/{model}/aliases/{alias}',
    operationId: 'setAlias',
    tag: TAG,
    summary: 'Give an alias to a version, or move it',
    description:
      'A name beside the champion, such as `canary`: predictions ask for it by `?alias=`, and follow within MODEL_REFRESH_SECONDS. What an alias names cannot be retired. To ask again for what is in force already changes nothing. The actor is the name of the token.',
    query: noQuery,
    body: 'AliasRequest',
    answer: json('AliasChange', 'It names that version, by this request or an earlier one.'),
    problems: {
      404: {
        when: 'There is no such model, or no such version of it, or no alias can be called so.',
        codes: ['unknown_model', 'unknown_version', 'unknown_alias'],
      },
      409: conflict(
        'Another decision came first, the version is retired, its artifact is not there, or there are 20 aliases.',
        ['version_retired', 'artifact_missing', 'alias_limit'],
      ),
    },
    examples: MODELS_EXAMPLES['PUT /models/{model}/aliases/{alias}'],
  },
  {
    route: 'GET /models/{model}/aliases',
    operationId: 'listAliases',
    tag: TAG,
    summary: 'List the aliases of a model',
    description: 'What they name, who said so and why, and the decision that a change must be based on.',
    query: noQuery,
    answer: json('AliasList', 'All aliases.'),
    problems: UNKNOWN_MODEL,
    examples: MODELS_EXAMPLES['GET /models/{model}/aliases'],
  },
  {
    route: 'GET /models/{model}/aliases/{alias}',
    operationId: 'alias',
    tag: TAG,
    summary: 'Show an alias',
    description: 'The version that it names, and the decision that said so.',
    query: noQuery,
    answer: json('AliasAnswer', 'The alias.'),
    problems: UNKNOWN_ALIAS,
    examples: MODELS_EXAMPLES['GET /models/{model}/aliases/{alias}'],
  },
  {
    route: 'DELETE /models/{model}/aliases/{alias}',
    operationId: 'removeAlias',
    tag: TAG,
    summary: 'Take an alias away',
    description:
      'Requests by it are a 404 within MODEL_REFRESH_SECONDS. The version itself stays. To ask again changes nothing. The actor is the name of the token.',
    query: aliasRemovalQuery,
    answer: json('AliasChange', 'There is no such alias any more, by this request or an earlier one.'),
    problems: { ...UNKNOWN_ALIAS, 409: conflict('Another decision came first.', []) },
    examples: MODELS_EXAMPLES['DELETE /models/{model}/aliases/{alias}'],
  },
  {
    route: 'PUT /models/{model}/versions/{version}/notes',
    operationId: 'writeNotes',
    tag: TAG,
    summary: 'Write notes and tags on a version',
    description:
      'Replaces the note and all tags. They decide nothing: `GET /models/{model}/versions?tag=` finds versions by them. The actor is the name of the token.',
    query: noQuery,
    body: 'NotesRequest',
    answer: json('NotesAnswer', 'The notes as they are now.'),
    problems: {
      ...UNKNOWN_VERSION,
      409: {
        when: 'Another writing came first. `current` is what it wrote.',
        codes: ['conflict'],
        members: { current: 'VersionNotes' },
      },
    },
    examples: MODELS_EXAMPLES['PUT /models/{model}/versions/{version}/notes'],
  },
  {
    route: 'POST /models/{model}/feedback',
    operationId: 'giveFeedback',
    tag: 'Predictions',
    summary: 'Tell the true label of a prediction',
    description:
      'Once per prediction: the first label stands, and the same again changes nothing. It may be sent as soon as the prediction is answered: whether the prediction is in the log is found out when the two are joined, and a label without one takes part in nothing. A label is taken for FEEDBACK_DAYS after its prediction, 90 unless configured, and expires then. From the joined ones the live accuracy is computed. A class that the model does not know is a label like any other.',
    query: noQuery,
    body: 'FeedbackRequest',
    answer: json('FeedbackAnswer', 'The label is recorded, by this request or an earlier one.'),
    problems: {
      404: {
        when: 'There is no such model, or no such prediction in the log, or it is older than FEEDBACK_DAYS.',
        codes: ['unknown_model', 'prediction_not_logged', 'unknown_prediction', 'prediction_too_old'],
      },
      409: {
        when: 'The prediction has another label. `current` is the one that stands.',
        codes: ['label_conflict'],
        members: { current: 'FeedbackState' },
      },
    },
    examples: FEEDBACK_EXAMPLES,
  },
];
