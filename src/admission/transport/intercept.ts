// Stands between an HTTP server and its listeners: `emit` is the one place that all requests of node:http, https and http2 pass,
// whatever the framework.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { inboundStorage } from '../../core/inbound.ts';
import type { Admission } from '../admission.ts';
import { enterRequest } from './http1.ts';
import { enterStream, meetMessage } from './http2.ts';
import { kAdmission, requestOf } from './marks.ts';
import { enterUpgrade } from './upgrade.ts';

/** What is intercepted: `net.Server.prototype` for a whole process, or one server. */
export type Intercepted = Pick<Server, 'emit' | 'listenerCount'>;

type Emit = (this: Intercepted, event: string | symbol, ...args: unknown[]) => boolean;
type ListenerCount = (this: Intercepted, event: string | symbol, listener?: () => void) => number;

/** An event that only tells whether events of a server come by here. */
const PROBE: unique symbol = Symbol('respite.probe');
let hasSeenProbe = false;

/** The hook on one target. It stays in place when nothing is left to decide, since others may have wrapped it meanwhile. */
class Hook {
  readonly #target: Intercepted;
  /** The admissions that have been put before the target; the last one decides. */
  readonly #admissions: Admission[] = [];
  readonly emit: Emit;
  readonly listenerCount: ListenerCount;

  constructor(target: Intercepted) {
    this.#target = target;
    // What was put on the target itself is called on; otherwise what it inherits at that moment, which may be replaced later.
    const inherited = Object.getPrototypeOf(target) as Intercepted;
    const ownEmit = Object.hasOwn(target, 'emit') ? target.emit : undefined;
    const ownCount = Object.hasOwn(target, 'listenerCount') ? target.listenerCount : undefined;
    const admissions = this.#admissions;

    // Written without rest parameters because it runs for every event of every server.
    this.emit = function interceptedEmit(this: Intercepted, event, first?, second?, third?): boolean {
      const emit = (ownEmit ?? inherited.emit) as Emit;
      const admission = admissions.at(-1);
      if (admission !== undefined) {
        /** The response or stream that a request is answered on. */
        let answering: unknown;
        switch (event) {
          case 'request':
            if (!enter(admission, first, second, false)) return true;
            answering = second;
            break;
          case 'connection':
            if (!speaksHttp(this) || admission.accepted(this, first as Socket)) break;
            (first as Socket).destroy();
            return true;
          case 'checkContinue':
            if (!enter(admission, first, second, true)) return true;
            answering = second;
            if (((ownCount ?? inherited.listenerCount) as ListenerCount).call(this, event) > 0) break;
            (second as ServerResponse).writeContinue();
            return handle(second, emit, this, ['request', first, second]);
          case 'checkExpectation':
            if (!enter(admission, first, second, true)) return true;
            answering = second;
            break;
          case 'stream': {
            const stream = first as ServerHttp2Stream;
            if (!enterStream(admission, stream, second as IncomingHttpHeaders, third as number)) return true;
            answering = first;
            break;
          }
          case 'upgrade':
          case 'connect':
            if (!enterUpgrade(admission, first as IncomingMessage, second as Duplex)) return true;
            break;
          case PROBE:
            hasSeenProbe = true;
            return false;
          default:
        }
        if (answering !== undefined) {
          const isHandled =
            inboundStorage() === undefined
              ? arguments.length === 3
                ? emit.call(this, event, first, second)
                : (Reflect.apply(emit, this, arguments) as boolean)
              : handle(answering, emit, this, arguments);
          // Not when it throws: then the process may end, and this request is why.
          admission.running = undefined;
          return isHandled;
        }
      }
      return arguments.length === 3
        ? emit.call(this, event, first, second)
        : (Reflect.apply(emit, this, arguments) as boolean);
    };

    // Node.js emits 'checkContinue' only if something listens, and otherwise answers 100 before anything is asked.
    this.listenerCount = function interceptedCount(this: Intercepted, event, listener?): number {
      const count = ((ownCount ?? inherited.listenerCount) as ListenerCount).call(this, event, listener);
      return count === 0 && event === 'checkContinue' && admissions.length > 0 ? 1 : count;
    };
    define(target, 'emit', this.emit);
    define(target, 'listenerCount', this.listenerCount);
  }

  add(admission: Admission): void {
    this.#admissions.push(admission);
    define(this.#target, kAdmission, admission);
  }

  remove(admission: Admission): void {
    const index = this.#admissions.lastIndexOf(admission);
    if (index === -1) return;
    this.#admissions.splice(index, 1);
    const current = this.#admissions.at(-1);
    if (current === undefined) Reflect.deleteProperty(this.#target, kAdmission);
    else define(this.#target, kAdmission, current);
  }
}

/**
 * Emits the event of a request so that calls of the client know which request they are made for. Without a closure: one in the hook
 * would cost every event of every server.
 */
function handle(answering: unknown, emit: Emit, server: Intercepted, args: ArrayLike<unknown>): boolean {
  const storage = inboundStorage();
  const request = typeof answering === 'object' && answering !== null ? requestOf(answering) : undefined;
  if (storage === undefined || request === undefined) return Reflect.apply(emit, server, args) as boolean;
  return storage.run(request, Reflect.apply, emit, server, args) as boolean;
}

const hooks = new WeakMap<Intercepted, Hook>();

/**
 * Puts `admission` before the servers that are, or inherit from, `target`.
 *
 * @returns Takes it away again, in any order; requests in flight are not touched.
 */
export function intercept(target: Intercepted, admission: Admission): () => void {
  let hook = hooks.get(target);
  if (hook === undefined) hooks.set(target, (hook = new Hook(target)));
  hook.add(admission);
  return () => hook.remove(admission);
}

/**
 * Whether events of a server come by a hook. They don't when a tracing agent that was loaded before Respite has wrapped
 * `http.Server.prototype.emit`: its wrapper calls on what it found then.
 */
export function isIntercepted(server: Intercepted): boolean {
  hasSeenProbe = false;
  (server.emit as Emit).call(server, PROBE);
  return hasSeenProbe;
}

/** A server of node:http or node:https has the first of these, one of node:http2 the second. */
export function speaksHttp(server: object): boolean {
  return 'closeIdleConnections' in server || 'updateSettings' in server;
}

function enter(admission: Admission, first: unknown, second: unknown, expectsContinue: boolean): boolean {
  const message = first as IncomingMessage | undefined;
  if (message?.httpVersionMajor === 2) meetMessage(message);
  return enterRequest(admission, message, second as ServerResponse, expectsContinue);
}

function define(target: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true });
}
