// What a request of node:http(s) asks for, from the arguments of `request()`.
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { urlToHttpOptions } from 'node:url';
import { fieldOf } from '../dispatch/request.ts';

/** Arguments of `http.request()`, which come in three shapes. */
export type RequestArguments = readonly unknown[];

export type OnResponse = (response: IncomingMessage) => void;

/** Makes a request; `request()` of node:http or node:https as it was. */
export type MakeRequest = (options: RequestOptions, onResponse?: OnResponse) => ClientRequest;

/** A request that is about to be made. */
export interface RequestTarget {
  readonly origin: string;
  readonly method: string;
  /** Copied from what the caller passed. */
  readonly options: RequestOptions;
  readonly onResponse: OnResponse | undefined;
}

interface AgentParts {
  readonly protocol?: string;
  readonly defaultPort?: number;
}

/**
 * Reads the arguments as node:http does. Undefined for what the client cannot judge: tunnels, upgrades, sockets in the file system, and
 * arguments that node:http refuses.
 *
 * @param protocol Of the module that was asked.
 */
export function targetOf(args: RequestArguments, protocol: 'http:' | 'https:'): RequestTarget | undefined {
  try {
    const { options, onResponse } = normalized(args);
    const method = typeof options.method === 'string' ? options.method.toUpperCase() : 'GET';
    if (method === 'CONNECT' || (options.socketPath ?? '') !== '') return undefined;
    if (fieldOf(options.headers, 'upgrade') !== undefined) return undefined;
    const origin = originOf(options, protocol);
    return origin === undefined ? undefined : { origin, method, options, onResponse };
  } catch {
    return undefined;
  }
}

function normalized(args: RequestArguments): Pick<RequestTarget, 'options' | 'onResponse'> {
  const [first] = args;
  const isUrl = typeof first === 'string' || isURL(first);
  const [given, onResponse] = isUrl ? args.slice(1) : args;
  const fromUrl = isUrl ? urlToHttpOptions(typeof first === 'string' ? new URL(first) : first) : {};
  if (typeof given === 'function') return { options: fromUrl, onResponse: given as OnResponse };
  return {
    options: { ...fromUrl, ...(given as RequestOptions | undefined) },
    onResponse: onResponse as OnResponse | undefined,
  };
}

/** As node:http tells them from options: a URL may be of another realm. */
function isURL(value: unknown): value is URL {
  const { href, protocol, auth, path } = (value ?? {}) as Record<string, unknown>;
  return typeof href === 'string' && typeof protocol === 'string' && auth === undefined && path === undefined;
}

/**
 * What the arguments say of the origin, as they spell it: to be looked up before the arguments are read in full, which takes microseconds.
 * Undefined if that does not suffice.
 */
export function spelledOrigin(args: RequestArguments, protocol: 'http:' | 'https:'): string | undefined {
  const [first, second] = args;
  if (typeof first === 'string' || isURL(first)) {
    if (typeof second === 'object' && second !== null && REDIRECTS.some((name) => name in second)) {
      return undefined;
    }
    const { headers } = Object(second) as RequestOptions;
    if (headers !== undefined && fieldOf(headers, 'host') !== undefined) return undefined;
    return typeof first === 'string' ? AUTHORITY.exec(first)?.[0] : first.origin;
  }
  if (typeof first !== 'object' || first === null) return undefined;
  return spelled(first, protocol);
}

/** Scheme and authority of a URL. */
const AUTHORITY = /^[^/?#\\]*\/\/[^/?#\\]*/;

/** Options that take the request elsewhere than its URL says. */
const REDIRECTS = ['hostname', 'host', 'port', 'protocol'];

function originOf(options: RequestOptions, protocol: string): string | undefined {
  return URL.parse(spelled(options, protocol))?.origin;
}

/** Of the host that the request names, as a proxy may be the one that is connected to. */
function spelled(options: RequestOptions, moduleProtocol: string): string {
  const agent = (options.agent || undefined) as AgentParts | undefined;
  const protocol = options.protocol ?? agent?.protocol ?? moduleProtocol;
  const named = fieldOf(options.headers, 'host');
  if (typeof named === 'string') return `${protocol}//${named}`;
  const host = options.hostname || options.host || 'localhost';
  const port = options.port || options.defaultPort || agent?.defaultPort;
  const authority = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${protocol}//${authority}${port === undefined ? '' : `:${port}`}`;
}

/** The same options with these fields in place of those of the same name. */
export function optionsWith(
  options: RequestOptions,
  fields: readonly (readonly [name: string, value: string])[],
): RequestOptions {
  if (fields.length === 0) return options;
  const { headers } = options;
  if (Array.isArray(headers)) {
    // A list of fields stays one: it is sent as it is.
    const pairs = Array.isArray(headers[0]) ? (headers as unknown as string[][]).flat() : headers;
    return { ...options, headers: [...pairs, ...fields.flat()] as never };
  }
  const names = new Set(fields.map(([name]) => name));
  const others = Object.entries(headers ?? {}).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...options, headers: { ...Object.fromEntries(others), ...Object.fromEntries(fields) } };
}
