/** The keys of a data set of several files in the processed bucket, beside those of its upload. */
export const setKeys = (model: string, uploadId: string) => {
  const set = `${model}/sets/${uploadId}`;
  return {
    /** Which versions of which objects are its parts. */
    pinned: `${set}/set.json`,
    plan: `${set}/plan.json`,
    /** What each part holds, by its place. */
    part: (index: number) => `${set}/parts/${partName(index)}.json`,
    /** Why parts could not be read, by execution. */
    failed: (attempt: number) => `${set}/failed/${attempt}/`,
    failedPart: (attempt: number, index: number) => `${set}/failed/${attempt}/${partName(index)}.json`,
    /** The manifest, until it is put in its place. */
    draft: `${set}/draft.json`,
  };
};

const partName = (index: number) => String(index).padStart(5, '0');
