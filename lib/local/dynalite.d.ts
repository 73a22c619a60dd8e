declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** The package ships no types; this is the part of its API that the laptop's DynamoDB uses. */
  export default function dynalite(options: {
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }): Server;
}
