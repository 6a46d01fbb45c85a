import { nodeCrypto } from '../../core/node-crypto.ts';
/** Long enough for a browser to follow a link it has just been given. */
const VALID_MS = 30_000;
const MOST = 32;

/**
 * Lets a browser open one page once. A link carries no header, so the owner of a token could not open a report; and to put the token
 * itself into a link would leave it in histories and logs.
 */
export class Tickets {
  /** What each opens and until when, oldest first. */
  readonly #valid = new Map<string, { readonly path: string; readonly untilMs: number }>();

  issue(path: string, nowMs: number): string {
    const ticket = nodeCrypto.randomBytes(16).toString('base64url');
    this.#valid.set(ticket, { path, untilMs: nowMs + VALID_MS });
    for (const oldest of this.#valid.keys()) {
      if (this.#valid.size <= MOST) break;
      this.#valid.delete(oldest);
    }
    return ticket;
  }

  /** True once, in time, for what it was issued for. */
  redeem(ticket: string, path: string, nowMs: number): boolean {
    const found = this.#valid.get(ticket);
    this.#valid.delete(ticket);
    return found !== undefined && found.path === path && nowMs <= found.untilMs;
  }
}
