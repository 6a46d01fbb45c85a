import { boolean, knownKeys } from '../core/validate.ts';
import { RespiteError } from '../core/errors.ts';

/** Options of the management port. Only `undefined` means default. */
export interface ManagementOptions {
  /**
   * Where to listen: `host:port`, `[::1]:9999`, `:9999` for every interface, a port alone for 127.0.0.1, `unix:/path` for a Unix
   * socket that only this user can connect to, or false for no management port. Default `127.0.0.1:9999`, or a free port when that
   * one is taken.
   */
  readonly address?: string | false | undefined;
  /**
   * What authenticates callers, as `Authorization: Bearer <token>`: required for every POST and for incidents, also on loopback.
   * Default none: then a caller on this machine sends `Respite: 1`, and a port that other machines reach answers 403.
   */
  readonly token?: string | undefined;
  /** Show the metrics that the script keeps with prom-client, over all workers, on `/metrics`. Default true. */
  readonly scriptMetrics?: boolean | undefined;
}

/** {@link ManagementOptions} with every default filled in. */
export interface ResolvedManagementOptions {
  readonly address: ManagementAddress | false;
  readonly token: string | undefined;
  readonly scriptMetrics: boolean;
}

export type ManagementAddress = TcpAddress | SocketAddress;

/** A Unix socket. */
export interface SocketAddress {
  /** Absolute. */
  readonly path: string;
}

export interface TcpAddress {
  /** Undefined: every interface. */
  readonly host: string | undefined;
  readonly port: number;
  /** Somebody asked for this address; the default one gives way when it is taken. */
  readonly chosen: boolean;
}

const DEFAULTS: ResolvedManagementOptions = Object.freeze({
  address: Object.freeze({ host: '127.0.0.1', port: 9999, chosen: false }),
  token: undefined,
  scriptMetrics: true,
});

/** Maximum length of a Unix socket's path, in bytes: `sun_path` of macOS, which has 4 less than that of Linux, without the final NUL. */
const MAX_PATH_BYTES = 103;

export const ADDRESS_RULE: string = `host:port, :port, a port, unix:/path (up to ${MAX_PATH_BYTES} bytes), or false`;
export const TOKEN_RULE = 'a string of visible characters without spaces';

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveManagementOptions(options: ManagementOptions = {}): ResolvedManagementOptions {
  knownKeys('management', options, Object.keys(DEFAULTS));
  return Object.freeze({
    address: resolveAddress(options.address),
    token: resolveToken(options.token),
    scriptMetrics: boolean('management.scriptMetrics', options.scriptMetrics ?? DEFAULTS.scriptMetrics),
  });
}

/** Undefined when the text is no address. */
export function parseAddress(text: string): ManagementAddress | undefined {
  const path = /^unix:(\/[^\0]*[^\0/])$/.exec(text)?.[1];
  if (path !== undefined) return Buffer.byteLength(path) > MAX_PATH_BYTES ? undefined : { path };
  const { v6, host, port } =
    /^(?:(?:\[(?<v6>[\da-fA-F:.]+)\]|(?<host>[\w.-]*)):)?(?<port>\d{1,5})$/.exec(text)?.groups ?? {};
  if (port === undefined || Number(port) > 65_535) return undefined;
  const portAlone = v6 === undefined && host === undefined;
  return { host: portAlone ? '127.0.0.1' : (v6 ?? (host || undefined)), port: Number(port), chosen: true };
}

/** As {@link parseAddress} takes it. */
export function showAddress(address: Pick<TcpAddress, 'host' | 'port'> | SocketAddress): string {
  if ('path' in address) return `unix:${address.path}`;
  const { host = '', port } = address;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A token has to survive in an HTTP header. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
}

function resolveAddress(address: unknown): ManagementAddress | false {
  if (address === undefined) return DEFAULTS.address;
  if (address === false) return false;
  const parsed = typeof address === 'string' ? parseAddress(address) : undefined;
  if (parsed !== undefined) return Object.freeze(parsed);
  throw new RespiteError(
    'RESPITE_OPTIONS_INVALID',
    `management.address must be ${ADDRESS_RULE}, got ${JSON.stringify(address)}`,
  );
}

function resolveToken(token: unknown): string | undefined {
  if (token === undefined || isToken(token)) return token;
  // The value is a secret, even a broken one.
  throw new RespiteError('RESPITE_OPTIONS_INVALID', `management.token must be ${TOKEN_RULE}`);
}
