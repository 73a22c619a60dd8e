/** A simulation ends after this many draws as extreme as the observation: the p-value is then not small. */
const ENOUGH_EXCEEDANCES = 20;
/** The smallest possible p-value is the deciding level divided by this. */
const RESOLUTION = 10;

/**
 * The p-value of an observation, from draws of what could be observed without a change: sequential Monte
 * Carlo (Besag and Clifford, Biometrika 78, 1991). It is as valid as an exact test: without a change, a
 * p-value of x or less has a probability of at most x, for any number of draws. It is cheap: a feature
 * without drift takes some hundred draws, one with drift takes RESOLUTION / level.
 *
 * @param level the strictest level that the p-value will be compared with
 * @param isAsExtreme draws once; returns whether the draw is at least as extreme as the observation
 */
export function simulatedPValue(level: number, isAsExtreme: () => boolean): number {
  const draws = Math.ceil(RESOLUTION / level);
  let exceedances = 0;
  for (let draw = 1; draw <= draws; draw++) {
    if (isAsExtreme() && ++exceedances === ENOUGH_EXCEEDANCES) return exceedances / draw;
  }
  return (exceedances + 1) / (draws + 1);
}
