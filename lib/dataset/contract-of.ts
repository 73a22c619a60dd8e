import type { IngestResult } from './ingest-result.ts';
import type { DatasetContract } from './understand/contract.ts';

/** Contract that pins what was understood of a file: a `schema.json` to edit. */
export function contractOf({
  understood,
  schema,
}: Pick<IngestResult, 'understood' | 'schema'>): DatasetContract {
  const { delimiter, encoding, decimal, header, skipped_lines: skipLines, label, ignored } = understood;
  const columns = understood.columns.map(({ name, kind, written_as: writtenAs, format }) => ({
    name,
    type: kind,
    ...(writtenAs === null ? {} : { format: writtenAs }),
    ...(format === undefined ? {} : { format }),
  }));
  const named = ignored.map(({ name }) => name).filter((name) => name !== '');
  const usesPlainNumbers = decimal === '.';
  return {
    // A comma that is both is found out, but a contract may not say so.
    ...(delimiter === null || (delimiter === ',' && decimal === ',') ? {} : { delimiter }),
    ...(usesPlainNumbers ? {} : { decimal }),
    ...(encoding.startsWith('utf-') ? {} : { encoding }),
    header,
    ...(skipLines === 0 ? {} : { skip_lines: skipLines }),
    label: label.name,
    columns: columns.sort(
      (a, b) => schema.feature_order.indexOf(a.name) - schema.feature_order.indexOf(b.name),
    ) as DatasetContract['columns'],
    ...(named.length === 0 ? {} : { ignore: named }),
  };
}
