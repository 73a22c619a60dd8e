declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** The package has no types. This is the part of its API that the local DynamoDB uses. */
  export default function dynalite(options: {
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }): Server;
}

declare module 'dynalite/db/index.js' {
  /** The size of an item in DynamoDB's JSON. The checks of puts and updates look it up at each call. */
  const db: { itemSize(item: Readonly<Record<string, object>>): number };
  export default db;
}
