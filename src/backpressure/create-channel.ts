import type { Http2ServerResponse } from 'node:http2';
import type { Writable } from 'node:stream';
import { RespiteError } from '../core/errors.ts';
import { isObject, refuse } from '../core/options.ts';
import { BoundedChannel } from './bounded-channel.ts';
import type { Channel } from './channel.ts';
import { MessageTransport, type WebSocketLike } from './message-transport.ts';
import { type ChannelOptions, resolveChannelOptions } from './options.ts';
import { isWrapped, StreamTransport } from './stream-transport.ts';
import type { TransportEvents } from './transport.ts';

const CONNECTING = 0;

/**
 * Puts bounded writes in front of a socket of node:net or node:tls, a response of node:http or node:http2, any other writable
 * stream, or a WebSocket of `ws`. Everything must be written through the channel from then on, and ended with its `end()`.
 * If the peer is gone already, the channel is closed from the start.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` for a bad option, for what is no stream, or for a WebSocket that is not open yet.
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createChannel } from 'respite/backpressure';
 *
 * createServer(async (request, response) => {
 *   const channel = createChannel(response);
 *   for await (const row of rows()) {
 *     if (!(await channel.ready())) return; // the client has left
 *     channel.write(JSON.stringify(row));
 *   }
 *   channel.end();
 * }).listen(3000);
 * ```
 */
export function createChannel(
  socket: Writable | Http2ServerResponse | WebSocketLike,
  options: ChannelOptions = {},
): Channel {
  if (!isSocket(socket)) refuse(['createChannel', 'socket'], 'a writable stream or a WebSocket', socket);
  const resolved = resolveChannelOptions(options);
  if (!('readyState' in socket && 'terminate' in socket)) {
    if ('createPushResponse' in socket) {
      return new BoundedChannel(resolved, (events) => overHttp2(socket, events));
    }
    return new BoundedChannel(resolved, (events) => new StreamTransport(socket, events));
  }
  if (socket.readyState === CONNECTING) {
    throw new RespiteError('RESPITE_OPTIONS_INVALID', 'createChannel() needs a WebSocket that is open');
  }
  return new BoundedChannel(resolved, (events) => new MessageTransport(socket, events));
}

/** Code without types may give anything. */
function isSocket(value: unknown): boolean {
  if (!isObject(value) || typeof value['on'] !== 'function') return false;
  return typeof value['write'] === 'function' || typeof value['send'] === 'function';
}

/**
 * The compatibility API of HTTP/2 hides how much is waiting; the stream below shows it, and sends no headers by itself. Where middleware
 * has wrapped the response (`compression`), what is written has to pass it.
 */
function overHttp2(response: Http2ServerResponse, events: TransportEvents): StreamTransport {
  if (isWrapped(response)) return new StreamTransport(response.stream, events, response);
  if (!response.headersSent) response.writeHead(response.statusCode);
  return new StreamTransport(response.stream, events);
}
