/** Computes without a pause, as a training does: no clock and no signal is heard in this process. */
export const handler = async () => {
  process.stderr.write('busy\n');
  for (let n = 0; ; n += 1) Math.sqrt(n);
};
