/** The smallest possible function: its cost is that of Node itself. */
export const handler = async () => ({ statusCode: 200, body: '{}' });
