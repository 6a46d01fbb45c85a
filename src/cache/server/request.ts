// A request that this server got, as the cache reads it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Fields, readFields } from '../../http/fields.ts';
import { audienceOf } from '../policy/audience.ts';

export interface ServedRequest {
  readonly method: string;
  readonly url: string;
  readonly fields: Fields;
  readonly audience: string | undefined;
}

/** Undefined for what is not for caches: targets that are no path, hosts that are none, a GET with content, a client that is not known. */
export function readServed(request: IncomingMessage): ServedRequest | undefined {
  const { method = 'GET', headers } = request;
  // Express takes the part away that a router is mounted at.
  const { originalUrl } = request as { readonly originalUrl?: unknown };
  const path = typeof originalUrl === 'string' ? originalUrl : (request.url ?? '');
  const isRead = method === 'GET' || method === 'HEAD';
  if (!path.startsWith('/') || path.includes('#') || (isRead && hasContent(headers))) return undefined;
  const authority = headers[':authority'] ?? headers.host;
  const scheme = (request.socket as Partial<TLSSocket>).encrypted === true ? 'https' : 'http';
  if (typeof authority !== 'string' || !AUTHORITY.test(authority)) return undefined;
  const base = URL.parse(`${scheme}://${authority}`);
  if (base === null) return undefined;
  const certificate = certificateOf(request.socket);
  if (certificate === 'unknown') return undefined;
  const fields = readFields(headers);
  return { method, url: base.origin + path, fields, audience: audienceOf(fields, certificate) };
}

/** A host and maybe a port, nothing that could be taken for a path or a user. */
const AUTHORITY = /^[\w.\-:[\]]+$/;

function hasContent(headers: IncomingMessage['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** The certificate by which a client has proved who it is: a handler may answer by it, and no field tells. Undefined without one. */
export function certificateOf(socket: Socket | undefined): string | undefined {
  const { authorized, authorizationError, getPeerX509Certificate } = (socket ?? {}) as Partial<TLSSocket>;
  // Only a server that asks for certificates has one that it accepts, or that is wrong.
  const hasAsked = authorized === true || (authorizationError ?? undefined) !== undefined;
  if (!hasAsked) return undefined;
  const certificate = getPeerX509Certificate?.call(socket as TLSSocket);
  return certificate?.fingerprint256 ?? (authorized === true ? 'unknown' : undefined);
}

/** The client can't be answered any more, whether its handler knows or not. */
export function hasClientGone(request: IncomingMessage, response: ServerResponse): boolean {
  // In HTTP/2 the response does not tell, and its socket stands for the stream.
  return response.destroyed || request.socket.destroyed;
}
