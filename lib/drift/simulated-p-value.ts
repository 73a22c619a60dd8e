/** A simulation ends when so many draws were as extreme as what was seen: the p-value is no small one then. */
const ENOUGH_EXCEEDANCES = 20;
/** The smallest p-value that can come out is the level that decides, divided by this. */
const RESOLUTION = 10;

/**
 * The p-value of what was seen, from draws of what could have been seen had nothing changed: sequential Monte Carlo (Besag and Clifford,
 * Biometrika 78, 1991). No less valid than an exact test (of what has not changed, at most a share x gets a p-value of x or less, whatever the
 * number of draws), and cheap: a feature that has not drifted takes some hundred draws, one that has takes RESOLUTION / level.
 *
 * @param level that the p-value will be held against at its strictest
 * @param isAsExtreme draws once; whether the draw is at least as extreme as what was seen
 */
export function simulatedPValue(level: number, isAsExtreme: () => boolean): number {
  const draws = Math.ceil(RESOLUTION / level);
  let exceedances = 0;
  for (let draw = 1; draw <= draws; draw++) {
    if (isAsExtreme() && ++exceedances === ENOUGH_EXCEEDANCES) return exceedances / draw;
  }
  return (exceedances + 1) / (draws + 1);
}
