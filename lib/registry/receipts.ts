import * as z from 'zod/mini';
import type { RegistryTable } from './table.ts';
import { modelPartition } from './versions.ts';

/** One version of schema.json, and what identifies its content. */
const contractRef = z.object({
  version_id: z.string(),
  /** Of its bytes, the first ones of one that is too large. */
  sha256: z.string(),
});

export type ContractRef = z.infer<typeof contractRef>;

/** Which version of a raw object is meant. */
export interface ReceivedObject {
  readonly model: string;
  /** The upload id that the object has without a contract. */
  readonly object_id: string;
}

/**
 * The contract under which a version of a raw object is read: `contract` of `sk=RECEIPT#<object id>`. Null:
 * under none; undefined: nothing was received yet.
 */
export async function receivedUnder(
  table: RegistryTable,
  { model, object_id }: ReceivedObject,
): Promise<ContractRef | null | undefined> {
  const item = await table.get(modelPartition(model), `RECEIPT#${object_id}`);
  return item && z.parse(z.nullable(contractRef), item.contract);
}

/**
 * Freezes under which contract a version of a raw object is read, unless an earlier delivery did: so its
 * upload id is the same for every delivery. A later contract makes another upload of the same object.
 *
 * @returns what holds
 */
export async function freezeContract(
  table: RegistryTable,
  { model, object_id }: ReceivedObject,
  contract: ContractRef | null,
): Promise<ContractRef | null> {
  return z.parse(
    z.nullable(contractRef),
    await table.setOnce(modelPartition(model), `RECEIPT#${object_id}`, 'contract', contract),
  );
}
