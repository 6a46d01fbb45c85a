import type { Exchange } from '../exchange.ts';
import { methodHasBody } from '../methods.ts';
import type { Plan, PlannedKind } from '../plan.ts';

/** The bytes of requests, head and body in one: a request is one write. */
export class RequestBytes {
  readonly #plan: Plan;
  /** Of kinds whose requests are all alike. */
  readonly #same: readonly Buffer[];
  /** Bodies of all sizes are pieces of it. */
  #filler = Buffer.alloc(0);

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#same = plan.kinds.map((kind) => this.#bytes(kind, kind.path, kind.body));
  }

  of({ kind, path, bodyBytes }: Exchange): Buffer {
    const same = this.#same[kind];
    const planned = this.#plan.kinds[kind];
    if (same === undefined || planned === undefined) return Buffer.alloc(0);
    if (path === undefined) return same;
    return this.#bytes(planned, path, bodyBytes > 0 ? this.#body(bodyBytes) : undefined);
  }

  #body(bytes: number): Uint8Array {
    if (this.#filler.length < bytes) this.#filler = Buffer.alloc(bytes, 'x');
    return this.#filler.subarray(0, bytes);
  }

  #bytes({ method, headers }: PlannedKind, path: string, body: Uint8Array | undefined): Buffer {
    const { target, newConnections } = this.#plan;
    const fields: Record<string, string> = {
      host: target.authority,
      'user-agent': 'respite-load',
      ...headers,
    };
    if (body !== undefined) fields['content-length'] = String(body.byteLength);
    else if (methodHasBody(method)) fields['content-length'] = '0';
    if (newConnections) fields['connection'] = 'close';
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
    return body === undefined ? head : Buffer.concat([head, body]);
  }
}
