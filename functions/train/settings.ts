import { jsonOr, optionalInteger } from '../../lib/config.ts';
import {
  bucketName,
  codeVersion,
  modelCacheMb,
  registryTable,
  trainStateMachine,
} from '../../lib/shared-settings.ts';
import { trainingSettings } from '../../lib/training/settings.ts';
import { trainingLimitSettings } from '../../lib/training-limit-settings.ts';

/** What the function reads from its environment. */
export const settings = {
  MODELS_BUCKET: bucketName('models'),
  REGISTRY_TABLE: registryTable(),
  TRAINING_SETTINGS: jsonOr('{}', trainingSettings, 'what differs from the defaults of training'),
  ...trainingLimitSettings,
  MODEL_CACHE_MB: modelCacheMb(),
  PREDICT_MEMORY_MB: optionalInteger(
    { min: 128, max: 1024 ** 2 },
    'the memory of predict: a model is trained on no more rows than it can hold; not looked at if not set',
  ),
  TRAIN_STATE_MACHINE: trainStateMachine(),
  CODE_VERSION: codeVersion(),
};
