// What snippets take for granted on any page: the reader's own server, clients and data. Compiled, and never run.
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { Backend } from 'respite/cache';
import type { Client } from 'respite/client';
import type { WebSocket } from 'ws';

interface Price {
  readonly symbol: string;
  readonly amount: number;
}

export declare const backend: Backend;
export declare const client: Client;
export declare const folder: { readonly changedAt: Date; readonly name: string };
export declare const handler: RequestListener;
export declare const log: Readonly<Record<'info' | 'warn', (...values: unknown[]) => void>>;
export declare const pool: { readonly waitingCount: number };
export declare const prices: EventEmitter<{ change: [price: Price] }>;
export declare const queue: { length(signal: AbortSignal): Promise<number> };
export declare const registry: Registry;
export declare const response: ServerResponse;
export declare const sdk: { start(): void };
export declare const server: Server;
export declare const webSockets: EventEmitter<{ connection: [socket: WebSocket] }> & {
  readonly clients: ReadonlySet<WebSocket>;
};
export declare function lookUp(url: string | undefined): Promise<typeof folder>;
export declare function metricsAsText(): Promise<string>;
export declare function render(shown: typeof folder): string;
export declare function rows(): AsyncIterable<object>;
export declare function send(message: unknown): Promise<void>;
export declare function sessionOf(cookie: string | undefined): { readonly userId: string } | undefined;
/** A handler of any framework. */
export declare function deliver(...given: readonly unknown[]): never;
export declare function report(request: IncomingMessage | object, ...given: readonly unknown[]): never;
export declare class SqliteBackend implements Backend {
  constructor(file: string);
  readonly read: Backend['read'];
  readonly lease: Backend['lease'];
  readonly add: Backend['add'];
  readonly replace: Backend['replace'];
  readonly splice: Backend['splice'];
  readonly remove: Backend['remove'];
  readonly close: Backend['close'];
}
