import { RefusedFileError } from '../../errors.ts';

/** The refusal of a data set that has more rows than training can number. */
export const tooManyRows = (found: string, most: number): RefusedFileError =>
  new RefusedFileError(
    'size',
    `${found}; at most ${most} rows are read, since training numbers them in 32 bits, with a sign`,
    { fix: 'train on fewer rows, or on a sample of them' },
  );
