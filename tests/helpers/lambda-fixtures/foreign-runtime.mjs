// A separate runtime that uses only Lambda's documented Runtime API. Its loop runs while the bundle
// initialises, so the project's own client never asks for an event. It answers each event with the API's
// answer to the previous one.
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
/** @type {unknown} */
let last = null;
for (;;) {
  const response = await fetch(`${api}/invocation/next`);
  const requestId = response.headers.get('lambda-runtime-aws-request-id');
  const { act } = /** @type {{ act: string }} */ (await response.json());
  const wrong = act === 'wrongId' ? await post('/invocation/another-id/response', '1') : undefined;
  if (act === 'tooLarge') last = await post(`/invocation/${requestId}/response`, 'x'.repeat(6_291_557));
  else if (act === 'fail')
    last = await post(`/invocation/${requestId}/error`, '{"errorType":"E","errorMessage":"m"}');
  else last = await post(`/invocation/${requestId}/response`, JSON.stringify(wrong ?? last));
}

/**
 * @param {string} path
 * @param {string} body
 */
async function post(path, body) {
  const response = await fetch(`${api}${path}`, { method: 'POST', body });
  return [response.status, await response.json()];
}
