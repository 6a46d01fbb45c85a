// Sees the end of responses over HTTP/1 without a listener on each, which would cost a hello world 3 %. Node.js calls `detachSocket`
// when a response has been handed to the kernel; the close of the connection covers all others (in-flight/connection.ts).
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { kRequest, type Marked } from './marks.ts';

/** Responses that are observed in both ways, to be sure that this version of Node.js calls `detachSocket`. */
const VERIFIED_RESPONSES = 20;

/** Set on `ServerResponse.prototype` once it is hooked, by whichever copy of this package. */
const kHooked: unique symbol = Symbol.for('respite.detach-socket');

type Hooked = Pick<ServerResponse, 'detachSocket'> & { [kHooked]?: true };

/** What Node.js keeps on a connection without documenting it; the same from Node.js 18 to 26. */
interface SocketInternals {
  readonly parser?: { readonly incoming?: unknown } | null;
}

let verified = 0;
let isReliable = true;
let isInstalled = false;

export function installEndHook(): void {
  if (isInstalled) return;
  isInstalled = true;
  // There is a response, so this module is loaded. An import would load it where there is none.
  const prototype = process.getBuiltinModule('node:http').ServerResponse.prototype as Hooked;
  if (prototype[kHooked] === true) return;
  Object.defineProperty(prototype, kHooked, { value: true });
  const { detachSocket } = prototype;
  prototype.detachSocket = function detachAndEnd(this: ServerResponse & Marked, socket: Socket): void {
    detachSocket.call(this, socket);
    const request = this[kRequest];
    if (request === undefined) return;
    // A response that has not ended was taken over by the user's code: its connection has left HTTP.
    if (this.writableEnded) request.end(this.statusCode);
    else request.end(101);
  };
}

/**
 * Whether the end of a response has to be listened for: it is no response of node:http's parser (`server.emit('request')` by
 * hand), or `detachSocket` has proved to be unreliable.
 */
export function needsListener(message: IncomingMessage, response: ServerResponse): boolean {
  const socket = message.socket as SocketInternals | null | undefined;
  if (!isReliable || socket?.parser?.incoming !== message) return true;
  if (verified < VERIFIED_RESPONSES) {
    verified += 1;
    response.on('close', verify);
  }
  return false;
}

function verify(this: ServerResponse & Marked): void {
  const request = this[kRequest];
  if (request === undefined || request.isEnded || !this.writableFinished) return;
  // On a connection that is gone nothing is detached: its close ends the request.
  if (this.req.socket?.destroyed ?? true) return;
  isReliable = false;
  request.end(this.statusCode);
  process.emitWarning(
    'This version of Node.js ends responses in a way that Respite does not know. It listens to each response instead.',
    { code: 'RESPITE_RESPONSE_LISTENERS' },
  );
}
