// What the snippets of docs/guide/slow-clients.md take for granted. They are compiled, and never run.
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Channel, WriteBudget } from 'respite/backpressure';

export declare const budget: WriteBudget;
export declare const channel: Channel;
export declare const otherChannel: Channel;
export declare const price: Buffer;
export declare const subscribers: Set<Channel>;
export declare const symbol: string;
export declare function createReadStream(file: string): Readable;
export declare function log(line: string): void;
export declare function mailbox(request: Buffer): Iterable<Buffer>;
export declare function onConnection(socket: Socket): void;
export declare function report(error: unknown): void;
export declare function rows(): AsyncIterable<string>;
export declare function serve(channel: Channel): void;
