// Who may change something, or read of incidents. Counters and health are free for everybody who reaches the port.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Tries } from './tries.ts';

export interface AccessPolicy {
  /** Only programs on this machine reach the port. */
  readonly loopback: boolean;
  readonly token: string | undefined;
}

export interface Refusal {
  readonly status: 401 | 403 | 429;
  readonly reason: string;
  /** When to try again, for 429. */
  readonly retryAfterSeconds?: number;
}

/** Who asks, and what that address has tried before. */
export interface Asker {
  readonly address: string;
  readonly tries: Tries;
  readonly nowMs: number;
}

/**
 * Undefined when the request may change something, and read what holds paths, function names and evidence.
 *
 * On loopback no token is needed, but a browser on the same machine runs pages of strangers: they reach the port with
 * a foreign Origin (cross-site request forgery), or under a name of their own that resolves to 127.0.0.1 (DNS
 * rebinding), which the Host header tells.
 */
export function refuseStranger(
  headers: IncomingHttpHeaders,
  { loopback, token }: AccessPolicy,
  asker: Asker,
): Refusal | undefined {
  const foreign = loopback ? refuseForeignPage(headers) : undefined;
  if (loopback && foreign === undefined) return undefined;
  const given = bearer(headers.authorization);
  if (token !== undefined && given !== undefined) {
    const { address, tries, nowMs } = asker;
    const waitMs = tries.waitMs(address, nowMs);
    // Without looking at the token: the right one must not be told from a wrong one either.
    if (waitMs > 0) {
      return {
        status: 429,
        reason: 'too many wrong tokens; try again later',
        retryAfterSeconds: Math.ceil(waitMs / 1000),
      };
    }
    if (isSame(given, token)) {
      tries.succeeded(address);
      return undefined;
    }
    tries.failed(address, nowMs);
  }
  if (foreign !== undefined) return foreign;
  return token === undefined
    ? {
        status: 403,
        reason:
          'this port is open to other machines and no token is set: set RESPITE_MANAGEMENT_TOKEN or management.token, or bind it to 127.0.0.1',
      }
    : { status: 401, reason: 'needs the header "Authorization: Bearer <token>" with the management token' };
}

function refuseForeignPage({ host = '', origin }: IncomingHttpHeaders): Refusal | undefined {
  if (!isLoopbackHost(host)) {
    return {
      status: 403,
      reason: 'the Host header must be localhost, 127.0.0.1 or [::1], or send the management token',
    };
  }
  // The port speaks plain HTTP only, so a page of its own has exactly this origin.
  if (origin !== undefined && origin !== `http://${host}`) {
    return { status: 403, reason: 'a page of another origin may not do this' };
  }
  return undefined;
}

/** For an address as a socket reports it. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host);
}

function bearer(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
}

function isSame(given: string, token: string): boolean {
  // Hashed, because the comparison in constant time wants equal lengths and a length is a hint too.
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
