import iris from '../../../../data/raw/iris.csv';
import penguins from '../../../../data/raw/penguins/penguins.csv';

/** A dropped or chosen file on its way from one view to the next. */
let pending: File | null = null;

export const hand = (file: File | null) => {
  pending = file;
};

/** The handed file, once. */
export function takeHanded(): File | null {
  const file = pending;
  pending = null;
  return file;
}

/** The two tables that the console brings along, for whoever has none at hand. */
export const SAMPLES = [
  { name: 'iris.csv', address: iris, title: 'Iris', text: '150 flowers, 4 numbers, 3 species' },
  {
    name: 'penguins.csv',
    address: penguins,
    title: 'Penguins',
    text: '344 penguins, numbers, categories and gaps, 3 species',
  },
] as const;

export async function sampleFile({ name, address }: (typeof SAMPLES)[number]): Promise<File> {
  const answer = await fetch(address);
  if (!answer.ok)
    throw new Error(`${name}: expected the console's own file, got the status ${answer.status}`);
  return new File([await answer.blob()], name, { type: 'text/csv' });
}
