/** Holds more and more on the heap, without a pause. */
export const handler = async () => {
  const held = [];
  for (;;) held.push(new Array(1e6).fill(held.length + 0.5));
};
