// Puts load reports into the heads of responses over HTTP/1. A header that is set on the response would be seen by the user's code, and
// takes 0.2 µs; this takes a tenth of it.
import type { ServerResponse } from 'node:http';
import type { RequestInFlight } from '../in-flight/request.ts';
import { LOAD_HEADER } from '../load-report.ts';
import { kRequest, type Marked } from './marks.ts';

/** Set on `ServerResponse.prototype` once it is hooked, by whichever copy of this package. */
const kHooked: unique symbol = Symbol.for('respite.store-header');

/** What Node.js keeps without documenting it; the same from Node.js 18 to 26. Every head goes through it once. */
interface Heads {
  _storeHeader?: (this: ServerResponse, firstLine: string, headers: unknown) => void;
  [kHooked]?: true;
}

let isInstalled = false;

/** Does nothing the second time. To be called once a response may have to report. */
export function installLoadHook(): void {
  if (isInstalled) return;
  isInstalled = true;
  hookHeads(process.getBuiltinModule('node:http').ServerResponse.prototype as unknown as Heads);
}

function hookHeads(prototype: Heads): void {
  const { _storeHeader: store } = prototype;
  if (prototype[kHooked] === true || store === undefined) return;
  Object.defineProperty(prototype, kHooked, { value: true });
  prototype._storeHeader = function storeWithLoad(
    this: ServerResponse & Marked,
    firstLine: string,
    headers: unknown,
  ): void {
    const request: RequestInFlight | undefined = this[kRequest];
    const line = request?.admission.loadReport?.lineFor(request.headers);
    // A server that reports its load itself knows better.
    const isOurs = line !== undefined && !this.hasHeader(LOAD_HEADER);
    store.call(this, isOurs ? firstLine + line : firstLine, headers);
  };
}
