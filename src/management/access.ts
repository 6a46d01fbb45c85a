// Decides who is authenticated: who may change something, and read what holds paths, function names and evidence. Counters and
// statuses of health are free for everybody who reaches the port.
import type { IncomingHttpHeaders } from 'node:http';
import type { Tries } from './tries.ts';
import { nodeCrypto } from '../core/node-crypto.ts';

/** Who can reach the port: users whom a Unix socket's permissions let in, programs on this machine, or the network. */
export type Reach = 'socket' | 'machine' | 'network';

export interface AccessPolicy {
  readonly reach: Reach;
  /** Always required when there is one. */
  readonly token: string | undefined;
}

export interface Refusal {
  readonly status: 401 | 403 | 429;
  /** Says what is missing, and what to do about it. */
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

/** The header, with value `1`, that authenticates a local request while no token is set. */
export const LOCAL_HEADER = 'respite';

/**
 * Undefined when the request is authenticated. With a token, only the token decides, wherever the request comes from: a proxy on
 * this machine makes every client look local. Without one, the request has to be of a program on this machine that means this port.
 */
export function authenticate(
  headers: IncomingHttpHeaders,
  { reach, token }: AccessPolicy,
  asker: Asker,
): Refusal | undefined {
  return token === undefined ? refuseRemote(headers, reach) : refuseWithoutToken(headers, token, asker);
}

/**
 * Whether authenticated callers have proved that the instance's own user lets them in: by the token, or by the permissions of a Unix
 * socket. To a loopback port without a token any user of the machine can connect, who must not have code run as this one.
 */
export function provesUser({ reach, token }: AccessPolicy): boolean {
  return token !== undefined || reach === 'socket';
}

function refuseWithoutToken(
  { authorization }: IncomingHttpHeaders,
  token: string,
  { address, tries, nowMs }: Asker,
): Refusal | undefined {
  const given = bearer(authorization);
  if (given === undefined) {
    return { status: 401, reason: 'send the management token as "Authorization: Bearer <token>"' };
  }
  const waitMs = tries.waitMs(address, nowMs);
  // Without looking at the token: the right one must not be distinguished from a wrong one either.
  if (waitMs > 0) {
    const retryAfterSeconds = Math.ceil(waitMs / 1000);
    return { status: 429, reason: 'too many wrong tokens; try again later', retryAfterSeconds };
  }
  if (isSame(given, token)) {
    tries.succeeded(address);
    return undefined;
  }
  tries.failed(address, nowMs);
  return {
    status: 401,
    reason:
      'the token is wrong; it is management.token of the configuration, or RESPITE_MANAGEMENT_TOKEN where `respite run` was started',
  };
}

const SET_A_TOKEN =
  'set a token with RESPITE_MANAGEMENT_TOKEN or management.token, and send it as "Authorization: Bearer <token>"';

/**
 * What reaches a local port without being meant by a program on this machine:
 *
 * - pages of other sites in a local browser, with their own Origin (cross-site request forgery), or under a name of theirs that
 *   resolves to 127.0.0.1 (DNS rebinding), which the Host header shows;
 * - links, forms and server-side request forgery, which choose an address but no headers;
 * - clients of a proxy on this machine, as far as the proxy says that it is one.
 */
function refuseRemote(headers: IncomingHttpHeaders, reach: Reach): Refusal | undefined {
  const forbidden = (reason: string): Refusal => ({ status: 403, reason });
  if (reach === 'network') {
    return forbidden(
      `this port is open to other machines and has no token: ${SET_A_TOKEN}; or bind it to 127.0.0.1`,
    );
  }
  const proxied = Object.keys(headers).find((name) => FORWARDING.test(name));
  if (proxied !== undefined) {
    return forbidden(
      `the header ${proxied} says that a proxy forwards requests of other machines: ${SET_A_TOKEN}`,
    );
  }
  const { host = '', origin } = headers;
  // No browser reaches a Unix socket, and what programs send as its Host is their choice.
  if (reach === 'machine' && !isLoopbackHost(host)) {
    return forbidden(
      `the Host header must be localhost, 127.0.0.1 or [::1]; for any other name ${SET_A_TOKEN}`,
    );
  }
  // The port speaks plain HTTP only, so a page of its own has exactly this origin.
  if (origin !== undefined && origin !== `http://${host}`) {
    return forbidden('a page of another origin may not do this');
  }
  if (headers[LOCAL_HEADER] !== '1') {
    return forbidden(
      'send the header "Respite: 1", which no link and no page of another site can send; in a browser, use the console at /',
    );
  }
  return undefined;
}

/** Headers that a proxy adds: RFC 7239, RFC 9110 section 7.6.3, and what was usual before. */
const FORWARDING = /^(?:forwarded|via|x-forwarded-.*|x-real-ip)$/;

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
  const digest = (text: string): Buffer => nodeCrypto.createHash('sha256').update(text).digest();
  return nodeCrypto.timingSafeEqual(digest(given), digest(token));
}
