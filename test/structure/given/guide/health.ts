// What the snippets of docs/guide/health.md take for granted. They are compiled, and never run.
import { credentials } from '@grpc/grpc-js';
import pg from 'pg';

export const insecure: ReturnType<typeof credentials.createInsecure> = credentials.createInsecure();
export const pool: pg.Pool = new pg.Pool();
export declare const cache: { readonly isWarm: boolean };
