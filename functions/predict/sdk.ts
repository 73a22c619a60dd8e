/**
 * What the function takes from the AWS SDK, and what is built on it: a module of its own, so that it can be imported late. The
 * SDK is nine tenths of the function's code, and a dynamic import of a whole package would take in even more.
 */
export { DynamoDBClient } from '@aws-sdk/client-dynamodb';
export { S3Client } from '@aws-sdk/client-s3';
export { RegistryTable } from '../../lib/registry/table.ts';
export { RegistrySource } from './registry-source.ts';
