/** Answers with its event. @param {unknown} event */
export async function handler(event) {
  return event;
}
