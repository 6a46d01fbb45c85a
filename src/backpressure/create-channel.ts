import type { Http2ServerResponse } from 'node:http2';
import type { Writable } from 'node:stream';
import { Channel } from './channel.ts';
import { MessageTransport, type WebSocketLike } from './message-transport.ts';
import { type ChannelOptions, resolveChannelOptions } from './options.ts';
import { StreamTransport } from './stream-transport.ts';

/**
 * Puts bounded writes in front of a socket of node:net or node:tls, a response of node:http or node:http2, any other writable
 * stream, or a WebSocket of `ws`. Everything must be written through the channel from then on, and ended with its `end()`.
 *
 * Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` for a bad option.
 */
export function createChannel(
  socket: Writable | Http2ServerResponse | WebSocketLike,
  options: ChannelOptions = {},
): Channel {
  return new Channel(resolveChannelOptions(options), (events) => {
    if ('readyState' in socket && 'terminate' in socket) return new MessageTransport(socket, events);
    return new StreamTransport('createPushResponse' in socket ? streamOf(socket) : socket, events);
  });
}

/** The compatibility API of HTTP/2 hides how much is waiting; the stream below shows it, and sends no headers by itself. */
function streamOf(response: Http2ServerResponse): Writable {
  if (!response.headersSent) response.writeHead(response.statusCode);
  return response.stream;
}
