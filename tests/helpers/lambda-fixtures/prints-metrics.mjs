// Prints the given texts, then ends in the given way.
export async function handler({ texts, end = 'answer', bytes = 1 }) {
  for (const text of texts) process.stdout.write(text);
  if (end === 'throw') throw new Error('thrown on purpose');
  if (end === 'exit') process.exit(3);
  return 'x'.repeat(bytes);
}
