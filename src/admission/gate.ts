// Stands between an HTTP server and its listeners: every request passes here before the user's handler.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Admission, type Shed } from './admission.ts';
import { UNKNOWN_LENGTH } from './body-budget.ts';
import { chargeAsItArrives, declaredBodyBytes } from './body.ts';
import { shortenKeepAlive } from './keep-alive.ts';
import { Permit } from './permit.ts';
import { refuseMidway, refuseRequest, refuseStream, refuseUpgrade } from './refuse.ts';

/** What a gate replaces: `net.Server.prototype` for a whole process, or one server. */
export type Gated = Pick<Server, 'emit' | 'listenerCount'>;

/**
 * Holds the permit on a response, so that no request passes two gates and its end can find it. Global: `respite run` may
 * be another copy of this package than the one that the user's code imports. A change of what is found here needs another
 * name.
 */
const kPermit: unique symbol = Symbol.for('respite.permit');

/** Holds the admission on what is gated, where every server under it finds it. */
const kAdmission: unique symbol = Symbol.for('respite.admission');

/** RFC 9113, sections 6.2 and 7. Not from node:http2, which most servers never load. */
const END_STREAM = 0x1;
const ENHANCE_YOUR_CALM = 0xb;

interface Permitted {
  [kPermit]?: Permit;
}

/** The permit of the request that `response` answers, whichever gate gave it; undefined when there is no gate. */
export function permitOf(response: object): Permit | undefined {
  // A request of HTTP/2 was decided upon when its stream began.
  const { stream } = response as { stream?: Permitted };
  return (response as Permitted)[kPermit] ?? stream?.[kPermit];
}

/** The admission before a server, whether it was put before this one or before all; undefined when there is none. */
export function admissionOf(server: object): Admission | undefined {
  return (server as { [kAdmission]?: Admission })[kAdmission];
}

/** Answers a request that was let in and is shed after all, as the gate would have. Its handler must not answer. */
export function refuseAfterAll(request: IncomingMessage, response: ServerResponse, shed: Shed): void {
  const { stream } = response as { stream?: ServerHttp2Stream };
  if (response.headersSent) return;
  if (stream === undefined) refuseRequest(request, response, shed, declaredBodyBytes(request.headers), false);
  else refuseStream(stream, shed);
}

/**
 * Puts `admission` in front of the servers that are, or inherit from, `target`. `emit` is the one place that all of
 * node:http, https and http2 pass, whatever the framework.
 *
 * @returns Takes the gate away again; requests in flight keep their permits.
 */
export function installGate(target: Gated, admission: Admission): () => void {
  const { emit, listenerCount } = target;

  // Written without rest parameters because it runs for every event of every server.
  function gatedEmit(
    this: Gated,
    event: string | symbol,
    first: unknown,
    second: unknown,
    third: unknown,
  ): boolean {
    switch (event) {
      case 'request':
        if (!enterRequest(admission, first as IncomingMessage, second as ServerResponse, false)) return true;
        break;
      case 'connection':
        if (admission.accepted()) break;
        (first as Socket).destroy();
        return true;
      case 'checkContinue':
        if (!enterRequest(admission, first as IncomingMessage, second as ServerResponse, true)) return true;
        if (listenerCount.call(this, event) > 0) break;
        (second as ServerResponse).writeContinue();
        return emit.call(this, 'request', first, second);
      case 'checkExpectation':
        if (!enterRequest(admission, first as IncomingMessage, second as ServerResponse, true)) return true;
        break;
      case 'stream':
        if (
          !enterStream(admission, first as ServerHttp2Stream, second as IncomingHttpHeaders, third as number)
        ) {
          return true;
        }
        break;
      case 'upgrade':
      case 'connect':
        if (!enterUpgrade(admission, first as IncomingMessage, second as Duplex)) return true;
        break;
      default:
    }
    return arguments.length === 3
      ? emit.call(this, event, first, second)
      : (Reflect.apply(emit, this, arguments) as boolean);
  }

  // Node.js emits 'checkContinue' only if somebody listens, and otherwise says 100 before anybody is asked.
  function gatedListenerCount(this: Gated, event: string | symbol, listener?: () => void): number {
    const count = listenerCount.call(this, event, listener);
    return count === 0 && event === 'checkContinue' ? 1 : count;
  }

  const restore = [
    replace(target, 'emit', gatedEmit),
    replace(target, 'listenerCount', gatedListenerCount),
    replace(target, kAdmission, admission),
  ];
  return () => restore.forEach((undo) => undo());
}

/** False: the request was shed and answered. */
function enterRequest(
  admission: Admission,
  request: IncomingMessage | undefined,
  response: ServerResponse & Permitted,
  expectsContinue: boolean,
): boolean {
  // An HTTP/2 request was decided upon when its stream began; other servers may have other events of these names.
  if (request?.httpVersionMajor !== 1 || response[kPermit] !== undefined) return true;
  const bodyBytes = declaredBodyBytes(request.headers);
  const outcome = admission.request(
    request.method ?? '',
    request.url ?? '',
    bodyBytes,
    request.headers,
    request.socket,
  );
  if (admission.isLasting) shortenKeepAlive(request, response);
  if (!(outcome instanceof Permit)) {
    refuseRequest(request, response, outcome, bodyBytes, expectsContinue);
    return false;
  }
  response[kPermit] = outcome;
  outcome.answering = response;
  response.on('close', releaseOnClose);
  if (bodyBytes === UNKNOWN_LENGTH) {
    chargeAsItArrives(request, outcome, () => refuseMidway(response, outcome.overrun()));
  }
  return true;
}

function releaseOnClose(this: ServerResponse & Permitted): void {
  this[kPermit]?.release(this.statusCode, this.writableFinished);
}

function enterStream(
  admission: Admission,
  stream: (ServerHttp2Stream & Permitted) | undefined,
  headers: IncomingHttpHeaders,
  flags: number,
): boolean {
  if (typeof stream?.respond !== 'function' || stream[kPermit] !== undefined) return true;
  const bodyBytes = (flags & END_STREAM) === 0 ? Number(headers['content-length'] ?? UNKNOWN_LENGTH) : 0;
  const outcome = admission.request(
    String(headers[':method']),
    String(headers[':path']),
    bodyBytes,
    headers,
    stream.session?.socket,
  );
  if (!(outcome instanceof Permit)) {
    refuseStream(stream, outcome);
    return false;
  }
  stream[kPermit] = outcome;
  outcome.answering = stream;
  stream.on('close', releaseStreamOnClose);
  if (bodyBytes === UNKNOWN_LENGTH) {
    chargeAsItArrives(stream, outcome, () => {
      const shed = outcome.overrun();
      if (stream.headersSent) stream.close(ENHANCE_YOUR_CALM);
      else refuseStream(stream, shed);
    });
  }
  return true;
}

function releaseStreamOnClose(this: ServerHttp2Stream & Permitted): void {
  this[kPermit]?.release(Number(this.sentHeaders?.[':status'] ?? 0), !this.aborted);
}

/** A connection that leaves HTTP may live for days, so it is decided upon but not counted. */
function enterUpgrade(admission: Admission, request: IncomingMessage | undefined, socket: Duplex): boolean {
  if (request?.httpVersionMajor !== 1) return true;
  const outcome = admission.request(
    request.method ?? '',
    request.url ?? '',
    0,
    request.headers,
    request.socket,
  );
  if (outcome instanceof Permit) {
    outcome.release(101);
    return true;
  }
  refuseUpgrade(socket, outcome);
  return false;
}

/** Gives `target` an own `key` and returns what takes it back. */
function replace(target: Gated, key: keyof Gated | typeof kAdmission, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, key);
  Object.defineProperty(target, key, { value, writable: true, configurable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(target, key);
    else Object.defineProperty(target, key, before);
  };
}
