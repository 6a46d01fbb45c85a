import type { ClientRequest } from 'node:http';
import { markUnsent } from '../../core/attempts.ts';
import { fieldOf } from '../dispatch/request.ts';
import { heldBackAnswer } from '../held-back.ts';
import type { HeldBack } from '../peer/peer.ts';
import { HeldBackSocket } from './held-back-socket.ts';
import type { MakeRequest, RequestTarget } from './request-target.ts';

/** The request that its caller gets when the call is held back. It is never sent; a 503 says why. */
export function heldBackRequest(
  make: MakeRequest,
  { origin, method, options, onResponse }: RequestTarget,
  heldBack: HeldBack,
): ClientRequest {
  const socket = new HeldBackSocket(answerOf(origin, method, heldBack));
  // An agent would open a connection of its own, and keep this one.
  const { agent: _agent, protocol: _protocol, ...own } = options;
  const request = make({ ...own, createConnection: () => socket }, onResponse);
  markUnsent(request);
  if (fieldOf(options.headers, 'expect') === undefined) request.once('finish', () => socket.hangUp());
  // Such a body is not sent after this answer, so that nothing says when the request is over.
  else request.once('socket', () => setImmediate(() => socket.hangUp()));
  return request;
}

function answerOf(origin: string, method: string, heldBack: HeldBack): string {
  const { status, statusText, headers, body } = heldBackAnswer(origin, heldBack);
  const fields = { ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return [
    `HTTP/1.1 ${status} ${statusText}`,
    ...lines,
    '',
    // A response to HEAD has the length of what it leaves out.
    method === 'HEAD' ? '' : body,
  ].join('\r\n');
}
