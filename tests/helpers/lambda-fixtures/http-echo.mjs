/** Answers with its event as the body of a response of payload format 2.0. @param {unknown} event */
export async function handler(event) {
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) };
}
