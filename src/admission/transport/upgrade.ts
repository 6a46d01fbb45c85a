// Requests that leave HTTP/1: upgrades (WebSocket) and CONNECT. They are decided upon, but not counted in flight, since the connections
// may live for days.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Admission } from '../admission.ts';
import { RequestInFlight } from '../in-flight/request.ts';
import { rawResponse, shedResponse } from '../shed/response.ts';
import { ignoreError } from './body.ts';
import { kRequest, type Marked } from './marks.ts';

const SWITCHING_PROTOCOLS = 101;

/** False: the request was shed and answered. */
export function enterUpgrade(
  admission: Admission,
  message: (IncomingMessage & Marked) | undefined,
  socket: Duplex,
): boolean {
  if (message?.httpVersionMajor !== 1 || message[kRequest] !== undefined) return true;
  const { method = '', url = '', headers } = message;
  const outcome = admission.request(method, url, 0, headers, message.socket);
  if (outcome instanceof RequestInFlight) {
    message[kRequest] = outcome;
    outcome.end(SWITCHING_PROTOCOLS);
    admission.requests.leavesHttp(socket);
    return true;
  }
  // Node.js has taken its listener off the socket, and the client may have gone.
  socket.on('error', ignoreError);
  socket.end(rawResponse(shedResponse(outcome, headers, admission.shedResponse)), () => socket.destroy());
  return false;
}
