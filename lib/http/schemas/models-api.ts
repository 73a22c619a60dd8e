import * as z from 'zod/mini';
import { isNumbersKind, KIND_NAMES, REQUESTS } from '../../columns/kinds.ts';
import { gateVerdict } from '../../training/gate-verdict.ts';
import { nextAfter, nextBefore } from './paging.ts';

const said = (text: string) => z.describe(text);

const model = z.string().check(said("The model's name."));
const version = z.int().check(said('The version.'));
const modelVersion = z
  .string()
  .check(z.regex(/^v[1-9]\d*$/), said('The version as predictions name it: `v3`.'));
const decision = z
  .int()
  .check(
    z.minimum(0),
    said('The number of the newest decision: what a change is based on. 0 before the first.'),
  );
const champion = z
  .nullable(z.int())
  .check(said('The version that answers predictions; null when there is none.'));
const noChampionBecause = z
  .nullable(z.string())
  .check(said('Why there is no champion; null when there is one.'));
const action = z
  .enum(['promote', 'rollback', 'retire', 'hold', 'alias'])
  .check(
    said(
      'What was decided: `promote` made a version the champion for the first time, `rollback` again, `retire` took one out of use, `hold` made one wait for a person, `alias` gave or took a name.',
    ),
  );
const actor = z
  .string()
  .check(said('Who decided: the name of a token, or `train` when a version was promoted automatically.'));
const reason = z.string().check(said('Why it was decided.'));
const decidedAt = z.string().check(said('When it was decided: ISO 8601, UTC.'));
const registeredAt = z.string().check(said('When the version was registered: ISO 8601, UTC.'));
const datasetSha256 = z
  .string()
  .check(said('Identifies the content that it was trained on, whatever the order of rows or columns.'));
const artifactSha256 = z.string().check(said('Of the artifact: the bytes that predictions load.'));
const metrics = z
  .record(z.string(), z.number())
  .check(said('What it reached on rows held out of training, and how it votes, by name.'));
const gate = gateVerdict.check(said('What the quality gate said when it was trained.'));
const settings = z
  .record(z.string(), z.unknown())
  .check(said('What it was trained with: TRAINING_SETTINGS with the defaults filled in.'));
const retired = z.boolean().check(said('Whether it was taken out of use for good.'));
const isChampion = z.boolean().check(said('Whether it is what answers predictions now.'));
const from = z
  .nullable(z.int())
  .check(
    said(
      'The champion before; of a retirement, the version that was retired; null of a hold and of an alias.',
    ),
  );
const to = z.nullable(z.int()).check(said('The champion after; null where it is not decided who that is.'));
const held = z.optional(
  z.int().check(said('Of a hold: the version that passed the quality gate and waits for a person.')),
);
const aliasMove = z.optional(
  z
    .object({
      name: z.string().check(said('Its name.')),
      from: z.nullable(z.int()).check(said('The version that it named before; null when it is new.')),
      to: z.nullable(z.int()).check(said('The version that it names now; null when it was taken away.')),
    })
    .check(said('Of an alias: what became of it.')),
);
const rows = z
  .object({
    read: z.int().check(said('Records in the file.')),
    accepted: z.int().check(said('Rows that were taken.')),
    rejected: z.int().check(said('Rows that were left out, each with its reason.')),
    blank: z.int().check(said('Empty lines.')),
  })
  .check(said('What became of the rows of the file.'));

/** One model of the list. */
export const modelSummary = z.object({
  model,
  champion,
  decision,
  decided_at: z.nullable(decidedAt).check(said('When the newest decision was made; null before the first.')),
  newest_version: z
    .nullable(z.int())
    .check(said('The version that was registered last; null while the first is being trained.')),
  registered_at: z.nullable(registeredAt).check(said('When the newest version was registered.')),
});

export type ModelSummary = z.infer<typeof modelSummary>;

/** `GET /models` */
export const modelList = z.object({
  models: z.array(modelSummary).check(said('By name.')),
  next: nextAfter,
});

export type ModelList = z.infer<typeof modelList>;

const [firstValue, ...otherValues] = KIND_NAMES.map((kind) => REQUESTS[kind].wanted);
const valueWords = `A${firstValue!.slice(1)}${otherValues.map((value) => `, or ${value}`).join('')}.`;
const noCategories = `null for a ${KIND_NAMES.filter(isNumbersKind).join(' or ')} feature.`;

/** One feature, as prediction requests contain it. */
export const featureCard = z.object({
  name: z.string().check(said("The column's name.")),
  type: z.enum(KIND_NAMES).check(said(valueWords)),
  nullable: z
    .boolean()
    .check(
      said(
        'Whether the data had gaps here. Predictions may pass null anyway, unless the contract forbids it.',
      ),
    ),
  category_count: z.nullable(z.int()).check(said(`How many categories the data had; ${noCategories}`)),
  categories: z
    .nullable(z.array(z.string()))
    .check(
      said(
        `The first 100 of them, in code-unit order, fewer when those of all features take over 1 MiB; ${noCategories}`,
      ),
    ),
});

const sinceRecorded = 'Absent for versions of a release that did not record it.';

/**
 * How a file was understood. The schema is open, because a later release may add choices, reasons and codes.
 */
export const understoodCard = z.object({
  format: z.optional(z.string().check(said(`\`csv\` or \`parquet\`. ${sinceRecorded}`))),
  compression: z.optional(z.nullable(z.string()).check(said('`gzip`, or null.'))),
  encoding: z.optional(z.string().check(said('Such as `utf-8` or `utf-16le`.'))),
  delimiter: z.optional(z.nullable(z.string()).check(said('What separates fields; null for Parquet.'))),
  decimal: z.optional(z.string().check(said('The decimal mark of its numbers: `.` or `,`.'))),
  line_end: z.optional(
    z.nullable(z.string()).check(said('`lf`, `crlf`, `cr` or `mixed`; null for Parquet.')),
  ),
  header: z.optional(z.boolean().check(said('Whether it has a header.'))),
  skipped_lines: z.optional(z.int().check(said('Lines before the table that are no part of it.'))),
  label: z.optional(
    z
      .object({
        name: z.string().check(said("The column's name.")),
        chosen_by: z.string().check(said('As `label_chosen_by`.')),
        likelier: z.array(z.string()).check(said('At most two columns that look more like a label.')),
      })
      .check(said('The label.')),
  ),
  label_chosen_by: z
    .string()
    .check(
      said('How the label was chosen: by `contract`, `metadata`, `name` or, being last, by `position`.'),
    ),
  ignored: z
    .array(
      z.object({
        name: z.string().check(said("The column's name.")),
        reason: z.string().check(said('Why: `row_number`, `identifier`, `empty` or `contract`.')),
      }),
    )
    .check(said('Columns that took no part: the first 50.')),
  warnings: z.array(z.string()).check(said("Codes of the warnings in the upload's report.json, each once.")),
  columns: z.optional(
    z
      .array(
        z.object({
          name: z.string().check(said("The column's name.")),
          kind: z.string().check(said('`numeric`, `datetime` or `categorical`.')),
          written_as: z.nullable(z.string()).check(said('`currency`, `percent`, `grouped`, or null.')),
          format: z.optional(z.string().check(said('How its dates are written.'))),
          gaps: z.array(z.string()).check(said('Texts that stood for "no value": the first 5.')),
        }),
      )
      .check(said('Features that are written in a way of their own, or have texts for gaps: the first 30.')),
  ),
});

/** The version that answers predictions, and its origin. */
export const championCard = z.object({
  version,
  model_version: modelVersion,
  promoted: z
    .object({
      decision: z.int().check(said('The decision that made it the champion.')),
      action,
      automatic: z.boolean().check(said('Whether the quality gate and the rules of promotion decided.')),
      actor,
      reason,
      decided_at: decidedAt,
    })
    .check(said('How it became the champion, the last time.')),
  registered_at: registeredAt,
  schema: z
    .object({
      label: z.string().check(said('The column that is predicted.')),
      classes: z
        .object({
          count: z.int().check(said('How many classes there are.')),
          labels: z
            .nullable(z.array(z.string()))
            .check(said('Their names, in code-unit order. Null when the report is gone from the bucket.')),
          counted: z
            .nullable(z.array(z.string()))
            .check(
              said(
                'The 20 classes with most rows, most first: metrics call a class by its place here, from 0, and all others "other". Null for versions of a release that did not count them.',
              ),
            ),
        })
        .check(said('What a prediction can be.')),
      features: z.array(featureCard).check(said('In the order in which predictions take them as an array.')),
      feature_order: z.array(z.string()).check(said('The names of the features, in that order.')),
    })
    .check(said('What predictions are asked with, and what they answer.')),
  understood: z
    .nullable(understoodCard)
    .check(said('How its file was understood. Null for versions of a release that did not record it.')),
  metrics,
  gate,
  settings,
  lineage: z
    .object({
      source: z
        .object({
          key: z.string().check(said('The key of the file in the raw bucket.')),
          version_id: z.nullable(z.string()).check(said('The version of that object.')),
          sha256: z.nullable(z.string()).check(said("Of the file's bytes.")),
          uploaded_at: z.string().check(said('ISO 8601, UTC.')),
        })
        .check(said('The upload that it was trained from.')),
      upload_id: z.string().check(said("The upload's id: its reports lie under it in the processed bucket.")),
      rows,
      dataset_sha256: datasetSha256,
      artifact_sha256: artifactSha256,
      artifact_key: z.string().check(said('Where the artifact lies in the models bucket.')),
      report_key: z.string().check(said("Where the training's report lies in the models bucket.")),
      algorithm_version: z
        .int()
        .check(said('Which training it was: the same data and settings give the same bytes.')),
      code_version: z.string().check(said('The code that trained it.')),
    })
    .check(said('Where it comes from.')),
});

export type ChampionCard = z.infer<typeof championCard>;

/** `GET /models/{model}` */
export const modelCard = z.object({
  model,
  champion: z
    .nullable(championCard)
    .check(said('The version that answers predictions; null when there is none.')),
  no_champion_because: noChampionBecause,
  newest_upload_refused: z
    .nullable(z.string())
    .check(said('Why its newest upload was refused; null when it was not.')),
  newest_upload_failed: z
    .nullable(z.string())
    .check(
      said(
        'Why its newest upload failed: not for its content, or because its data cannot be learnt from; null when it did not.',
      ),
    ),
  waiting: z
    .array(
      z.object({
        version,
        model_version: modelVersion,
        reason,
        held_at: z.string().check(said('Since when it waits: ISO 8601, UTC.')),
      }),
    )
    .check(
      said(
        'Versions that passed the quality gate and wait for a person to promote them, as their contract asks: newest first, at most 20.',
      ),
    ),
  decision,
  newest_version: modelSummary.shape.newest_version,
  counts: z
    .object({
      versions: z.int().check(said('Versions that were registered.')),
      retired: z.int().check(said('Of them, those taken out of use.')),
      decisions: z.int().check(said('Entries of the decision log.')),
    })
    .check(said('How much the registry holds of it.')),
});

export type ModelCard = z.infer<typeof modelCard>;

const aliasNames = z.array(z.string()).check(said('The aliases that name it, in code-unit order.'));
const waitsForApproval = z
  .boolean()
  .check(said('Whether it passed the quality gate and waits for a person, as its contract asks.'));

/** What people wrote on a version. */
export const versionNotes = z.object({
  note: z.string().check(said('Free words; empty when there are none.')),
  tags: z.array(z.string()).check(said('Words to find it by, in code-unit order.')),
  revision: z.int().check(said('How often it was written: what a change is based on; 0 before the first.')),
  actor: z.nullable(z.string()).check(said('Who wrote it last; null before the first.')),
  noted_at: z.nullable(z.string()).check(said('When: ISO 8601, UTC; null before the first.')),
});

export type VersionNotes = z.infer<typeof versionNotes>;

/** One version of the list. */
export const versionSummary = z.object({
  version,
  model_version: modelVersion,
  registered_at: registeredAt,
  macro_f1: z.nullable(z.number()).check(said('On rows held out of its training.')),
  gate_passed: z.boolean().check(said('Whether it passed the quality gate.')),
  retired,
  champion: isChampion,
  waiting: waitsForApproval,
  aliases: aliasNames,
  tags: versionNotes.shape.tags,
  note: versionNotes.shape.note,
  dataset_sha256: datasetSha256,
  artifact_sha256: artifactSha256,
  source_key: z.nullable(z.string()).check(said('The key of the file that it was trained from.')),
});

export type VersionSummary = z.infer<typeof versionSummary>;

/** `GET /models/{model}/versions` */
export const versionList = z.object({
  versions: z.array(versionSummary).check(said('Newest first.')),
  next: nextBefore,
});

export type VersionList = z.infer<typeof versionList>;

/** `GET /models/{model}/versions/{version}` */
export const versionDetail = z.object({
  model,
  version,
  model_version: modelVersion,
  retired,
  champion: isChampion,
  waiting: waitsForApproval,
  aliases: aliasNames,
  notes: versionNotes.check(said('What people wrote on it.')),
  fingerprint: z
    .string()
    .check(said('Identifies what was trained from what: an upload of the same data is the same version.')),
  dataset_sha256: datasetSha256,
  artifact_sha256: artifactSha256,
  artifact_key: z.string().check(said('Where the artifact lies in the models bucket.')),
  report_key: z.string().check(said("Where the training's report lies in the models bucket.")),
  metrics,
  gate,
  settings,
  schema: z
    .record(z.string(), z.unknown())
    .check(
      said(
        'The data set, with every category; with the first of each feature when all of them take over 1 MiB.',
      ),
    ),
  schema_key: z
    .nullable(z.string())
    .check(
      said(
        'Where the whole schema lies in the models bucket. Null for versions of a release that kept it in the registry.',
      ),
    ),
  schema_sha256: z.nullable(z.string()).check(said('Of the bytes of that object.')),
  lineage: z
    .record(z.string(), z.unknown())
    .check(said('The upload, its rows and classes, and the code that trained it.')),
  registered_at: registeredAt,
});

export type VersionDetail = z.infer<typeof versionDetail>;

/** One entry of a model's decision log. */
export const decisionDetail = z.object({
  decision: z.int().check(z.minimum(1), said('Its number: the log has no gaps.')),
  action,
  automatic: z.boolean().check(said('Whether a rule decided, not a person.')),
  champion: z.nullable(z.int()).check(said('The champion after it.')),
  high_water: z
    .nullable(
      z.object({
        key: z.string().check(said('The key of the file.')),
        sequencer: z.nullable(z.string()).check(said('Orders uploads of one key.')),
        uploaded_at: z.string().check(said('ISO 8601, UTC.')),
      }),
    )
    .check(said('The newest upload that was ever promoted: an older one is not promoted automatically.')),
  actor,
  reason,
  from,
  to,
  held,
  alias: aliasMove,
  decided_at: decidedAt,
});

/** `GET /models/{model}/decisions` */
export const decisionList = z.object({
  decisions: z.array(decisionDetail).check(said('Newest first.')),
  next: nextBefore,
});

export type DecisionList = z.infer<typeof decisionList>;

/** One upload and its outcome. */
export const uploadSummary = z.object({
  upload_id: z.string().check(said('Its outputs lie under it in the processed bucket.')),
  key: z.string().check(said('The key of the file in the raw bucket.')),
  version_id: z.nullable(z.string()).check(said('The version of that object.')),
  uploaded_at: z.string().check(said('ISO 8601, UTC.')),
  status: z
    .enum([
      'received',
      'gone',
      'failed',
      'refused',
      'accepted',
      'applied',
      'training_failed',
      'registered',
      'promoted',
    ])
    .check(
      said(
        'How far it came: `received`, `accepted` (its training is under way), and for good `gone` (deleted before it was read or trained on), `failed` (three attempts at it failed, not for its content), `refused`, `training_failed` (its data cannot be learnt from), `registered` (a version, not promoted) or `promoted`; of a contract, `applied`.',
      ),
    ),
  detail: z
    .nullable(z.string())
    .check(said('In words: what became of it, and why. At most 1 KB; report.json has all.')),
  version: z.nullable(z.int()).check(said('The version that it is, where there is one.')),
});

export type UploadSummary = z.infer<typeof uploadSummary>;

/** `GET /models/{model}/uploads` */
export const uploadList = z.object({
  uploads: z
    .array(uploadSummary)
    .check(
      said(
        'Newest first. The list may lag behind by a moment: it is read from an eventually consistent index.',
      ),
    ),
  next: nextAfter,
});

export type UploadList = z.infer<typeof uploadList>;

/** A model's newest decision. */
export const championState = z.object({
  model,
  champion,
  decision,
  action: z.nullable(action).check(said('What was decided last; null before the first decision.')),
  from,
  to,
  actor: z.nullable(actor).check(said('Who decided it.')),
  reason: z.nullable(reason).check(said('Why.')),
  decided_at: z.nullable(decidedAt).check(said('ISO 8601, UTC.')),
  held,
  alias: aliasMove,
});

export type ChampionState = z.infer<typeof championState>;

/** `GET /models/{model}/champion` */
export const championAnswer = z.extend(championState, { no_champion_because: noChampionBecause });

export type ChampionAnswer = z.infer<typeof championAnswer>;

/** `PUT /models/{model}/champion`, `PUT /models/{model}/versions/{version}/retirement` */
export const changeAnswer = z.extend(championState, {
  changed: z
    .boolean()
    .check(said('Whether this request made the decision; false when the same was in force already.')),
});

export type ChangeAnswer = z.infer<typeof changeAnswer>;

/** Additional members of a 409: the current state, which the request conflicts with. */
export const conflictMembers = z.object({
  current: championState.check(said('The newest decision: what a change must be based on.')),
});

export type ConflictMembers = z.infer<typeof conflictMembers>;

const aliasName = z.string().check(said('Its name.'));

/** `GET /models/{model}/aliases/{alias}` */
export const aliasAnswer = z.object({
  model,
  alias: aliasName,
  version: z.int().check(said('The version that it names.')),
  model_version: modelVersion,
  decision: z.int().check(said('The decision that made it name that version.')),
  actor,
  reason,
  decided_at: decidedAt,
});

export type AliasAnswer = z.infer<typeof aliasAnswer>;

/** `GET /models/{model}/aliases` */
export const aliasList = z.object({
  model,
  aliases: z.array(z.omit(aliasAnswer, { model: true })).check(said('By name; at most 20.')),
  decision,
});

export type AliasList = z.infer<typeof aliasList>;

/** `PUT /models/{model}/aliases/{alias}`, `DELETE /models/{model}/aliases/{alias}` */
export const aliasChange = z.object({
  model,
  alias: aliasName,
  version: z.nullable(z.int()).check(said('The version that it names now; null when it was taken away.')),
  decision,
  changed: changeAnswer.shape.changed,
});

export type AliasChange = z.infer<typeof aliasChange>;

/** `PUT /models/{model}/versions/{version}/notes` */
export const notesAnswer = z.extend(versionNotes, { model, version });

export type NotesAnswer = z.infer<typeof notesAnswer>;
