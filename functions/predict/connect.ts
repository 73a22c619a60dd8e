import type { Environment } from '../../lib/aws/service-endpoint.ts';
import type { Transport } from '../../lib/aws/signed-service.ts';
import { signedRegistry } from '../../lib/registry/signed-items.ts';
import { signedStore } from '../../lib/storage/signed-objects.ts';
import type { ModelSource } from './model-source.ts';
import { RegistrySource } from './registry-source.ts';

/**
 * Models from the registry and the store that an environment names. A module of its own, to be imported late: Node's HTTP client, and what signs
 * requests, take longer to load than all else.
 *
 * @param transport in place of HTTP
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
