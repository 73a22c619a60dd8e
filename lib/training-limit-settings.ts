import { integerOr } from './config.ts';

/**
 * The limits of the process that a training runs in, as the train function and the container of a training
 * job are told them. The defaults are the function's.
 */
export const trainingLimitSettings = {
  TRAINING_SECONDS: integerOr(
    900,
    { min: 1, max: 7 * 86_400 },
    'after so many seconds a training is ended: how much is tried follows from it',
  ),
  TRAINING_MEMORY_MB: integerOr(
    3008,
    { min: 1024, max: 122_880 },
    'the memory of the process that trains: how much is tried follows from it',
  ),
};
