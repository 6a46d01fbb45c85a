// The request that the running code handles. Admission, which sees requests come in, and the client, which makes the calls that handlers
// ask for, do not know each other; they meet here. Costs nothing until a client asks for it.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Criticality } from './criticality.ts';

/** A request that this process is handling. */
export interface InboundRequest {
  /** When it arrived, by `performance.now()`. */
  readonly arrivedMs: number;
  /** How long its caller waits, counted from then; undefined without an end. */
  readonly deadlineMs: number | undefined;
  /** Undefined for requests without a class, such as health checks. */
  readonly criticality: Criticality | undefined;
  /** The response, or the stream of HTTP/2, that it is answered on. */
  readonly answering: Answering | undefined;
}

interface Answering {
  readonly destroyed: boolean;
  readonly writableFinished: boolean;
  once(event: 'close', listener: () => void): unknown;
}

/** Global: `respite run` may be another copy of this package than the one that the user's code imports. */
const kInbound: unique symbol = Symbol.for('respite.inbound');

type Storage = AsyncLocalStorage<InboundRequest>;
const holder = process as { [kInbound]?: Storage };

/** From now on requests are remembered while they are handled. */
export function rememberInbound(): void {
  holder[kInbound] ??= new AsyncLocalStorage();
}

/** Where requests are remembered; undefined if no client wants to know. */
export function inboundStorage(): Storage | undefined {
  return holder[kInbound];
}

/** The request that the running code handles, if it is known. */
export function currentInbound(): InboundRequest | undefined {
  return holder[kInbound]?.getStore();
}

const departures = new WeakMap<InboundRequest, AbortSignal>();

/** Aborts when the caller of the request leaves before it has its answer. Made for those who ask. */
export function departureOf(request: InboundRequest): AbortSignal | undefined {
  const { answering } = request;
  if (answering === undefined) return undefined;
  let signal = departures.get(request);
  if (signal === undefined) {
    const controller = new AbortController();
    const leave = (): void => {
      if (!answering.writableFinished) controller.abort(new Error('the caller of the request has left'));
    };
    if (answering.destroyed) leave();
    else answering.once('close', leave);
    ({ signal } = controller);
    departures.set(request, signal);
  }
  return signal;
}
