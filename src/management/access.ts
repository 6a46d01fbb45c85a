// Who may change something, or read of incidents. Counters and health are free for everybody who reaches the port.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface AccessPolicy {
  /** Only programs on this machine reach the port. */
  readonly loopback: boolean;
  readonly token: string | undefined;
}

export interface Refusal {
  readonly status: 401 | 403;
  readonly reason: string;
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
): Refusal | undefined {
  if (token !== undefined && bearerMatches(headers.authorization, token)) return undefined;
  if (!loopback) {
    return token === undefined
      ? {
          status: 403,
          reason:
            'this port is open to other machines and no token is set: set RESPITE_MANAGEMENT_TOKEN or management.token, or bind it to 127.0.0.1',
        }
      : { status: 401, reason: 'needs the header "Authorization: Bearer <token>" with the management token' };
  }
  const { host = '', origin } = headers;
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

function bearerMatches(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  if (given === undefined) return false;
  // Hashed, because the comparison in constant time wants equal lengths and a length is a hint too.
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
