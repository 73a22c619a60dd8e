declare module 'ml-knn' {
  /** The package has no types. This is the part of its API that the reference check uses. */
  export default class KNN {
    constructor(
      dataset: readonly (readonly number[])[],
      labels: readonly number[],
      options?: { k?: number; distance?: (a: ArrayLike<number>, b: ArrayLike<number>) => number },
    );
    predict(dataset: readonly (readonly number[])[]): number[];
  }
}
