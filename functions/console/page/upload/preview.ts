import type { Understood } from '../../../../lib/dataset/understand/understood.ts';
import type { ContractAnswer, PreviewAnswer } from '../../../../lib/http/schemas/uploads-api.ts';
import { getJson, modelPath, sendJson } from '../api/client.ts';
import { ApiFault } from '../api/fault.ts';
import type { Contract } from './contract-edits.ts';

/** How much of a file a preview reads. */
const PREVIEW_BYTES = 1024 ** 2;
/** Arguments that one call takes. */
const CHUNK = 32_768;

export type Preview = Omit<PreviewAnswer, 'understood'> & { readonly understood: Partial<Understood> };

/** What would become of a file under a contract. Nothing is stored. */
export async function previewOf(model: string, file: File, contract: Contract): Promise<Preview> {
  const bytes = new Uint8Array(await file.slice(0, PREVIEW_BYTES).arrayBuffer());
  return await sendJson<Preview>('POST', modelPath(model, '/preview'), {
    file_name: file.name,
    content_base64: base64(bytes),
    is_whole: file.size <= PREVIEW_BYTES,
    ...(Object.keys(contract).length === 0 ? {} : { contract }),
  });
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK)
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text);
}

/** What schema.json of a model says now. */
export interface ContractInForce {
  readonly contract: Contract;
  /** Why it cannot be applied: until it is replaced, every file is refused. */
  readonly fault: string | null;
}

/** The contract in force for a model: an empty one where there is none. */
export async function contractInForce(model: string, signal: AbortSignal): Promise<ContractInForce> {
  try {
    const { contract, fault } = await getJson<ContractAnswer>(modelPath(model, '/contract'), signal);
    return { contract: contract ?? {}, fault: fault?.message ?? null };
  } catch (error) {
    if (error instanceof ApiFault && error.kind === 'missing') return { contract: {}, fault: null };
    throw error;
  }
}
