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
