import type { ByteSink } from '../../lib/byte-sink.ts';
import { contractOf } from '../../lib/dataset/contract-of.ts';
import type { RefusalCode } from '../../lib/dataset/csv/codes.ts';
import { ingestFile } from '../../lib/dataset/ingest-file.ts';
import type { IngestResult } from '../../lib/dataset/ingest-result.ts';
import { ingestReport } from '../../lib/dataset/report.ts';
import type { FirstRows } from '../../lib/dataset/rows/first-rows.ts';
import { cutAtLineEnd } from '../../lib/dataset/source/cut-text.ts';
import { fileFormat } from '../../lib/dataset/source/file-format.ts';
import { parseContract } from '../../lib/dataset/understand/contract.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { invalidRequest } from '../../lib/http/request.ts';
import {
  PREVIEW_BYTES,
  type PreviewAnswer,
  type PreviewRequest,
} from '../../lib/http/schemas/uploads-api.ts';

/** What a small file may unfold to: what compresses a hundredfold is no table to look at here. */
const MAX_INFLATED_BYTES = 64 * 1024 ** 2;
const MAX_ROWS = 1_000_000;

/** What may be said of a beginning, whatever follows. */
const CERTAIN: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  ...(['type', 'encoding', 'quoting', 'contract', 'schema', 'header', 'key'] as const),
]);

/** Warnings that the rest of the file may refute. */
const OF_THE_WHOLE: ReadonlySet<string> = new Set(['few_rows']);

type Previewed = Omit<PreviewAnswer, 'file_name' | 'key' | 'is_whole'>;

const NOTHING: Previewed = {
  understood: {},
  warnings: [],
  fault: null,
  rows: null,
  classes: [],
  rejections: { by_code: [], examples: [] },
  first_rows: { columns: [], rows: [] },
  contract: null,
};

/**
 * Reads a table, or its beginning, as ingestion would, and says what it understood. Nothing is stored.
 *
 * @param key that the file would get
 * @param featureOrder the champion's, which ingestion keeps
 * @throws HttpError 400 for content that is not base64, or too large
 */
export async function preview(
  request: PreviewRequest,
  key: string,
  featureOrder: readonly string[] | undefined,
): Promise<PreviewAnswer> {
  const content = contentOf(request.content_base64);
  const isWhole = request.is_whole ?? content.length < PREVIEW_BYTES;
  const named = { file_name: request.file_name, key, is_whole: isWhole };
  const { format, compression } = fileFormat(key);
  if (!isWhole && (format === 'parquet' || compression !== null))
    return { ...named, ...NOTHING, fault: wholeOnly(compression === null ? 'Parquet' : 'gzip') };
  return { ...named, ...(await read(request, { key, content, isWhole, featureOrder })) };
}

function contentOf(text: string): Buffer {
  const content = Buffer.from(text, 'base64');
  const fault = (message: string) => invalidRequest([{ path: 'content_base64', message }]);
  // Node skips what is not base64 without an error.
  if (content.toString('base64') !== text) throw fault('expected base64, with its padding');
  if (content.length <= PREVIEW_BYTES) return content;
  throw fault(
    `expected at most ${PREVIEW_BYTES} bytes, got ${content.length}: send the first of them, with "is_whole": false`,
  );
}

const wholeOnly = (what: string): PreviewAnswer['fault'] => ({
  code: 'preview_cut',
  message: `${what} can only be read whole, and this file has more than ${PREVIEW_BYTES} bytes`,
  line: null,
  fix: 'upload it: its report says what was understood',
  is_certain: false,
});

interface PreviewedFile {
  readonly key: string;
  readonly content: Buffer;
  readonly isWhole: boolean;
  readonly featureOrder: readonly string[] | undefined;
}

async function read(request: PreviewRequest, file: PreviewedFile): Promise<Previewed> {
  let firstRows: FirstRows = NOTHING.first_rows;
  try {
    const result = await ingest(request, file, (rows) => (firstRows = rows));
    return { ...accepted(result, file.isWhole), first_rows: shownRows(firstRows) };
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    const { code, message, line, fix, understood } = error;
    return {
      ...NOTHING,
      understood: { ...understood },
      first_rows: shownRows(firstRows),
      fault: {
        code,
        message,
        line: line ?? null,
        fix: fix ?? null,
        is_certain: file.isWhole ? code !== 'size' : CERTAIN.has(code),
      },
    };
  }
}

const shownRows = ({ columns, rows }: FirstRows): PreviewAnswer['first_rows'] => ({
  columns: [...columns],
  rows: rows.map((row) => [...row]),
});

async function ingest(
  { contract, label }: PreviewRequest,
  { key, content, isWhole, featureOrder }: PreviewedFile,
  onFirstRows: (rows: FirstRows) => void,
): Promise<IngestResult> {
  const rules = contract && parseContract(Buffer.from(JSON.stringify(contract)));
  const bytes = isWhole ? content : cutAtLineEnd(content, rules?.encoding);
  const source = {
    name: key,
    sizeBytes: bytes.length,
    async *open(from = 0, to = bytes.length) {
      yield bytes.subarray(from, to);
    },
  };
  return await ingestFile(source, () => ({ parquet: nowhere, rejects: nowhere }), {
    contract: rules,
    label,
    ...(featureOrder ? { featureOrder } : {}),
    limits: { fileBytes: MAX_INFLATED_BYTES },
    isCut: !isWhole,
    onFirstRows,
    onProgress({ rows }) {
      if (rows > MAX_ROWS)
        throw new RefusedFileError(
          'size',
          `the file unfolds to more than ${MAX_ROWS} rows, which is more than a preview reads`,
          {
            fix: 'upload it: its report says what was understood',
          },
        );
    },
  });
}

const nowhere: ByteSink = { write: () => Promise.resolve() };

function accepted(result: IngestResult, isWhole: boolean): Omit<Previewed, 'first_rows'> {
  const { understood, warnings, rows, classes, rejections } = ingestReport(result);
  return {
    understood,
    warnings: warnings.filter(({ code }) => isWhole || !OF_THE_WHOLE.has(code)),
    fault: null,
    rows,
    classes,
    rejections,
    contract: { ...contractOf(result) },
  };
}
