import type { Environment } from '../../lib/aws/service-endpoint.ts';
import type { Transport } from '../../lib/aws/signed-service.ts';
import { signedRegistry } from '../../lib/registry/signed-items.ts';
import { signedStore } from '../../lib/storage/signed-objects.ts';
import type { ModelSource } from './model-source.ts';
import { RegistrySource } from './registry-source.ts';

/**
 * Reads models from the registry and the store that the environment names. This module is imported late:
 * Node's HTTP client and the request signer take longer to load than everything else.
 *
 * @param transport replaces HTTP
 */
export function connect(
  environment: Environment,
  names: { readonly registryTable: string; readonly modelsBucket: string },
  transport?: Transport,
): ModelSource {
  return new RegistrySource({
    table: signedRegistry(environment, names.registryTable, transport),
    openObject: signedStore(environment, transport),
    modelsBucket: names.modelsBucket,
  });
}
