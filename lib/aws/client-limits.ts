/**
 * How long calls of the AWS SDK's clients may take. Its own default is for ever: a connection that broke
 * while a function was frozen then holds its request until the function times out. Every client takes one of
 * these; a test holds that. In milliseconds; `requestTimeout` ends with the first byte of the answer.
 */
const within = (requestTimeout: number) => ({
  requestHandler: { connectionTimeout: 3000, requestTimeout, throwOnRequestTimeout: true },
});

/** DynamoDB answers within about 10 ms, and a request waits for it: three attempts fit into its 29 s. */
export const TABLE_CALLS = within(5000);

/** Objects of a function whose caller waits: three attempts fit into its 29 s. */
export const ANSWERED_OBJECT_CALLS = within(8000);

/**
 * Objects of the pipeline. An attempt may send hundreds of megabytes before its answer begins. There is no
 * limit on pauses in a body: whoever reads it may be busy for longer.
 */
export const OBJECT_CALLS = within(120_000);

/** CloudWatch, its logs, and the start of other functions: three attempts fit into the 29 s of an answer. */
export const SERVICE_CALLS = within(9000);

/** Commands on a person's or a workflow's machine. A function that is called directly may take 30 s. */
export const COMMAND_CALLS = within(60_000);
