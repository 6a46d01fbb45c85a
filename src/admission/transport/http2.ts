// The life of a request on a stream of HTTP/2, under the core and the compatibility API.
import type { IncomingMessage } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders, Http2Session, ServerHttp2Stream } from 'node:http2';
import type { Admission } from '../admission.ts';
import { UNKNOWN_LENGTH } from '../in-flight/body.ts';
import { type Connection, connectionOf } from '../in-flight/connection.ts';
import { RequestInFlight } from '../in-flight/request.ts';
import { shedResponse } from '../shed/response.ts';
import type { ResolvedShedResponse } from '../shed/options.ts';
import type { Shed } from '../shed/shed.ts';
import { connectionReset, countBody, ignoreError } from './body.ts';
import { kRequest, type Marked } from './marks.ts';

/** RFC 9113, sections 6.2 and 7. Not from node:http2, which most servers never load. */
const END_STREAM = 0x1;
const NO_ERROR = 0x0;
const CANCEL = 0x8;

/** Status under which a stream that leaves HTTP counts, as an upgrade of HTTP/1 does. */
const SWITCHING_PROTOCOLS = 101;

/**
 * How long requests hold their places after their client has sent GOAWAY, in ms. Node.js may stop reading such a session, and then
 * never notices that the connection is gone; without an end, every such client would take a place for good.
 */
const FAREWELL_MS = 10_000;

type Stream = ServerHttp2Stream & Marked & { [kMessage]?: IncomingMessage };

/** Holds the request of the compatibility API on its stream. */
const kMessage: unique symbol = Symbol('respite.message');

/** False: the request was shed and answered. */
export function enterStream(
  admission: Admission,
  stream: Stream | undefined,
  headers: IncomingHttpHeaders,
  flags: number,
): boolean {
  if (typeof stream?.respond !== 'function' || stream[kRequest] !== undefined) return true;
  const hasBody = (flags & END_STREAM) === 0;
  // Extended CONNECT (WebSocket, RFC 8441) leaves HTTP: its data is no body.
  const leavesHttp = headers[':method'] === 'CONNECT';
  const bodyBytes = hasBody && !leavesHttp ? Number(headers['content-length'] ?? UNKNOWN_LENGTH) : 0;
  const outcome = admission.request(
    String(headers[':method']),
    String(headers[':path']),
    bodyBytes,
    headers,
    stream.session?.socket,
  );
  if (!(outcome instanceof RequestInFlight)) {
    shedStream(stream, outcome, headers, admission.shedResponse);
    return false;
  }
  stream[kRequest] = outcome;
  outcome.answering = stream;
  if (leavesHttp) {
    outcome.end(SWITCHING_PROTOCOLS);
    return true;
  }
  if (stream.destroyed) {
    // It was reset in the same read; whether `close` is still to come can't be known.
    outcome.end(0, false);
    return true;
  }
  stream.on('close', endOnClose);
  // Node.js ends the stream of a HEAD request before it is answered; for others, the end of the answer is that of the request: a client
  // that sends no end of its body, or a session that Node.js does not close, must not hold a place.
  if (!stream.writableEnded) stream.on('finish', endOnFinish);
  if (stream.session !== undefined) follow(outcome, stream.session);
  if (bodyBytes !== 0) {
    countBody(stream, outcome, () => cut(stream, outcome.admission.overran(outcome), headers, admission));
  }
  return true;
}

/** Sees to it that the end of the session ends the request. */
function follow(outcome: RequestInFlight, session: Http2Session): void {
  outcome.connection = connectionOf(session, awaitGoodbye);
  outcome.connection.add(outcome);
}

function awaitGoodbye(connection: Connection): void {
  const session = connection.carrier as Http2Session;
  session.once('goaway', () => {
    // Most clients say goodbye when nothing is in flight.
    if (!connection.isBusy) return;
    const timer = setTimeout(() => connection.closed(), FAREWELL_MS).unref();
    session.once('close', () => clearTimeout(timer));
  });
}

/** The compatibility API has made a request for a stream. */
export function meetMessage(message: IncomingMessage): void {
  const { stream } = message as IncomingMessage & { stream?: Stream };
  if (stream?.[kRequest] !== undefined) stream[kMessage] = message;
}

/** Answers a shed request and tells the peer to stop sending its body (RFC 9113 section 8.1). False when nothing can be sent. */
export function shedStream(
  stream: ServerHttp2Stream,
  shed: Shed,
  reader: IncomingHttpHeaders,
  options: ResolvedShedResponse,
): boolean {
  // No user has seen this stream, so nothing else listens: a client's reset would be an uncaught exception.
  stream.on('error', ignoreError);
  if (stream.destroyed || stream.closed || stream.headersSent) return false;
  const { status, headers, body } = shedResponse(shed, reader, options);
  const sent: OutgoingHttpHeaders = { ':status': status };
  for (let i = 0; i < headers.length; i += 2) sent[(headers[i] ?? '').toLowerCase()] = headers[i + 1];
  // Node.js has ended the stream of a HEAD request already. An answer of gRPC is one frame of headers ("trailers only").
  const endStream = stream.writableEnded || body === '';
  stream.respond(sent, { endStream });
  if (!endStream) stream.end(body);
  return true;
}

/** Ends a request whose body does not fit. Its handler sees a client that has gone away, and never the end of the body. */
function cut(stream: Stream, shed: Shed, headers: IncomingHttpHeaders, admission: Admission): void {
  const message = stream[kMessage];
  message?.destroy(message.listenerCount('error') > 0 ? connectionReset() : undefined);
  const isAnswered = shedStream(stream, shed, headers, admission.shedResponse);
  stream[kRequest]?.end(shed.status);
  const close = (): void => {
    if (!stream.closed) stream.close(isAnswered ? NO_ERROR : CANCEL);
    stream.destroy();
  };
  if (isAnswered) stream.once('finish', close);
  else close();
  stream.emit('aborted');
}

function endOnClose(this: Stream): void {
  this[kRequest]?.end(Number(this.sentHeaders?.[':status'] ?? 0), !this.aborted);
}

function endOnFinish(this: Stream): void {
  this[kRequest]?.end(Number(this.sentHeaders?.[':status'] ?? 0));
}
