import { writeFileSync } from 'node:fs';
import { contractJsonSchema } from '../dataset/contract-json-schema.ts';

/** `npm run contract:schema` writes the JSON Schema of schema.json. A test fails while the two differ. */
const FILE = new URL('../dataset/schema-json.schema.json', import.meta.url);

writeFileSync(FILE, `${JSON.stringify(contractJsonSchema(), null, 2)}\n`);
