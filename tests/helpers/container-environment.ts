import type { TestStack } from './stack.ts';

/** The environment of a container that runs a function against the laptop's system. */
export const containerEnvironment = ({ urls }: Pick<TestStack, 'urls'>) => ({
  PATH: process.env.PATH,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL_S3: urls.s3,
  AWS_ENDPOINT_URL_DYNAMODB: urls.dynamodb,
  MODELS_BUCKET: 'classifier-models',
  REGISTRY_TABLE: 'classifier-registry',
});
