/** The least that a function can be: what is left is Node itself. */
export const handler = async () => ({ statusCode: 200, body: '{}' });
