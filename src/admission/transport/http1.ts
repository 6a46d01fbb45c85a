// The life of a request over HTTP/1: enter, body, shed, overrun, response head, end.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Admission } from '../admission.ts';
import { UNKNOWN_LENGTH } from '../in-flight/body.ts';
import { connectionOf } from '../in-flight/connection.ts';
import { RequestInFlight } from '../in-flight/request.ts';
import { rawResponse, type ShedResponse, shedResponse } from '../shed/response.ts';
import type { Shed } from '../shed/shed.ts';
import { connectionReset, countBody, declaredBodyBytes } from './body.ts';
import { installEndHook, needsListener } from './http1-end.ts';
import { installLoadHook } from './http1-load.ts';
import { kRequest, type Marked } from './marks.ts';

/** Maximum of a shed body that is read and thrown away, in bytes, so that the connection can be used again. */
const MAX_DRAINED_BYTES = 64 * 1024;

/**
 * How long a connection stays half open after an answer before the whole body was read, in ms. Closing it at once would reset it,
 * and the reset would overtake the response (RFC 9112 section 9.6); reading on would be the work that was shed.
 */
const LINGER_MS = 1000;

/**
 * Keep-alive timeout during sustained shedding, in ms. Clients keep a connection between two requests of a burst: Node.js's
 * agent closes an idle one 1 s before what the server says, undici 2 s before.
 */
const SHORT_KEEP_ALIVE_MS = 3000;

/**
 * Default of `server.keepAliveTimeout` in Node.js 22 to 26, in ms. A server with a longer one stands behind a load balancer that
 * counts on it: HAProxy, nginx and AWS ignore what the response announces, and would reuse a connection that is being closed.
 */
const NODE_KEEP_ALIVE_MS = 5000;

/** What Node.js adds on the server's side, in ms, so that the client closes first. */
const KEEP_ALIVE_BUFFER_MS = 1000;

/** What Node.js keeps without documenting it; the same from Node.js 18 to 26. */
interface MessageInternals {
  /** True makes Node.js believe that the body is being read, so that it doesn't read it all once we have answered. */
  _consuming: boolean;
  aborted: boolean;
  _destroy(error: Error | null, callback: (error?: Error | null) => void): void;
}
interface ResponseInternals {
  _keepAliveTimeout: number;
  _closed: boolean;
  destroyed: boolean;
}
type HttpSocket = Socket & {
  readonly server?: Pick<Server, 'keepAliveTimeout'>;
  readonly _httpMessage?: ServerResponse | null;
  destroySoon(): void;
  [kClosing]?: boolean;
};

/** Marks a connection on which nothing can be answered any more. */
const kClosing: unique symbol = Symbol('respite.closing');

/** The part of an admission that answering a shed request needs. */
type Answers = Pick<Admission, 'shedResponse'>;

/** False: the request was shed and answered. */
export function enterRequest(
  admission: Admission,
  message: (IncomingMessage & Marked) | undefined,
  response: ServerResponse & Marked,
  expectsContinue: boolean,
): boolean {
  // An HTTP/2 request was decided upon when its stream began; servers of other protocols may have events of this name.
  if (message?.httpVersionMajor !== 1 || typeof response?.on !== 'function') return true;
  if (response[kRequest] !== undefined) return true;
  const socket = message.socket as HttpSocket | null | undefined;
  if (socket?.[kClosing] === true) return false;
  // It is gone already, and no event will tell.
  if (socket?.destroyed === true) return true;
  const { method = '', url = '', headers } = message;
  const bodyBytes = declaredBodyBytes(headers);
  const outcome = admission.request(method, url, bodyBytes, headers, socket ?? undefined);
  if (admission.isSheddingSustained) shortenKeepAlive(socket, response);
  if (!(outcome instanceof RequestInFlight)) {
    answerShed(admission, message, response, outcome, bodyBytes, expectsContinue);
    return false;
  }
  response[kRequest] = outcome;
  outcome.answering = response;
  follow(outcome, message, response);
  if (bodyBytes !== 0) {
    countBody(message, outcome, () => cut(admission, message, response, outcome.admission.overran(outcome)));
  }
  return true;
}

/** Sees to it that the end of the response, or of its connection, ends the request. */
function follow(outcome: RequestInFlight, message: IncomingMessage, response: ServerResponse): void {
  installEndHook();
  if (outcome.admission.loadReport !== undefined) installLoadHook();
  if (needsListener(message, response)) {
    response.on('close', endOnEvent);
    response.on('finish', endOnEvent);
  }
  // Made by hand (`server.emit('request')`), a message may have no connection, or something else in its place.
  if (typeof message.socket?.on !== 'function') return;
  const connection = connectionOf(message.socket);
  outcome.connection = connection;
  connection.add(outcome);
}

function endOnEvent(this: ServerResponse & Marked): void {
  this[kRequest]?.end(this.statusCode, this.writableFinished);
}

/** Answers a request that was let in and is shed after all. Its handler must not answer. False when its answer has begun. */
export function answerLate(
  admission: Answers,
  message: IncomingMessage,
  response: ServerResponse,
  shed: Shed,
): boolean {
  if (response.headersSent) return false;
  answerShed(admission, message, response, shed, declaredBodyBytes(message.headers), false);
  return true;
}

/** The connection survives if the body is small and not held back by `Expect`. */
function answerShed(
  admission: Answers,
  message: IncomingMessage,
  response: ServerResponse,
  shed: Shed,
  bodyBytes: number,
  expectsContinue: boolean,
): void {
  const { status, headers, body } = prepare(admission, message, shed);
  if (shed.closes) response.shouldKeepAlive = false;
  const leavesBody = expectsContinue || bodyBytes === UNKNOWN_LENGTH || bodyBytes > MAX_DRAINED_BYTES;
  if (leavesBody) {
    response.shouldKeepAlive = false;
    (message as unknown as MessageInternals)._consuming = true;
    if (message.socket !== null) (message.socket as HttpSocket).destroySoon = closeLingering;
  }
  response.writeHead(status, headers);
  response.end(body);
}

/** Ends a request whose body does not fit. Its handler sees a client that has gone away, and never the end of the body. */
function cut(
  admission: Answers,
  message: IncomingMessage,
  response: ServerResponse & Marked,
  shed: Shed,
): void {
  const answer = rawResponse(prepare(admission, message, shed), message.method === 'HEAD');
  const isBegun = response.headersSent;
  const { socket } = response;
  failBody(message);
  response[kRequest]?.end(shed.status);
  if (socket === null) {
    // Responses before it in the pipeline are still being sent; it is answered when its turn comes.
    response.assignSocket = (assigned) => endConnection(assigned as HttpSocket, isBegun ? undefined : answer);
  } else {
    response.detachSocket(socket);
    endConnection(socket as HttpSocket, isBegun ? undefined : answer);
  }
  const internals = response as unknown as ResponseInternals;
  internals.destroyed = true;
  internals._closed = true;
  response.emit('close');
}

function endConnection(socket: HttpSocket, answer: string | undefined): void {
  socket[kClosing] = true;
  if (answer === undefined) {
    socket.destroy();
    return;
  }
  socket.write(answer);
  closeLingering.call(socket);
}

/** As Node.js does it when a connection ends within a body, without ending the connection. */
function failBody(message: IncomingMessage): void {
  const internals = message as unknown as MessageInternals;
  internals._destroy = (error, callback) => {
    internals.aborted = true;
    message.emit('aborted');
    process.nextTick(() => callback(message.listenerCount('error') === 0 ? null : error));
  };
  message.destroy(connectionReset());
}

function prepare(admission: Answers, { headers }: IncomingMessage, shed: Shed): ShedResponse {
  return shedResponse(shed, headers, admission.shedResponse);
}

/** The connection of this request stays open for 3 s after it, unless it is closed earlier anyway or the script asks for longer. */
function shortenKeepAlive(socket: HttpSocket | null | undefined, response: ServerResponse): void {
  const keepAliveTimeoutMs = socket?.server?.keepAliveTimeout ?? 0;
  if (keepAliveTimeoutMs <= SHORT_KEEP_ALIVE_MS || keepAliveTimeoutMs > NODE_KEEP_ALIVE_MS) return;
  (response as unknown as ResponseInternals)._keepAliveTimeout = SHORT_KEEP_ALIVE_MS;
  // Node.js has set its own timeout by then, and takes it back when the next request comes.
  response.on('finish', shortenTimeout);
}

function shortenTimeout(this: ServerResponse): void {
  const socket = this.req.socket as HttpSocket | null;
  // With a response behind it in the pipeline the connection is not idle, and Node.js has set no timeout.
  if (socket === null || socket._httpMessage || !this.shouldKeepAlive) return;
  socket.setTimeout(SHORT_KEEP_ALIVE_MS + KEEP_ALIVE_BUFFER_MS);
}

function closeLingering(this: Socket): void {
  this.end();
  setTimeout(() => this.destroy(), LINGER_MS).unref();
}
