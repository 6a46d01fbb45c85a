import { type Declaration, object, resolve, type Rule } from '../core/options.ts';
import { flag, rule, secret } from '../core/rules.ts';

/** Options of the management port. Only `undefined` means default. */
export interface ManagementOptions {
  /**
   * `host:port`, `[::1]:9999`, `:9999` for every interface, a port alone for 127.0.0.1, `unix:/path`, or
   * `false` (`--management off`) for none. Default `127.0.0.1:9999`, or a free port if it is taken.
   */
  readonly address?: string | false | undefined;
  /**
   * Authenticates callers as `Authorization: Bearer …`: required from everywhere, also on loopback. Default
   * `RESPITE_MANAGEMENT_TOKEN`, otherwise none.
   */
  readonly token?: string | undefined;
  /** Whether `/metrics` shows what the script measures with prom-client, over all workers. Default true. */
  readonly scriptMetrics?: boolean | undefined;
  /**
   * Where HAProxy's agent check asks for the weight of this instance: `host:port`, `:9998` for every interface, a port alone for 127.0.0.1
   * (`--agent-check`), or `false` for nowhere. Default false.
   */
  readonly agentCheck?: string | false | undefined;
}

/** {@link ManagementOptions} with every default filled in. */
export interface ResolvedManagementOptions {
  readonly address: ManagementAddress | false;
  readonly token: string | undefined;
  readonly scriptMetrics: boolean;
  readonly agentCheck: TcpAddress | false;
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
  /** This address was configured; the default one gives way when it is taken. */
  readonly chosen: boolean;
}

const DEFAULT_ADDRESS: TcpAddress = Object.freeze({ host: '127.0.0.1', port: 9999, chosen: false });

/** Maximum length of a Unix socket's path, in bytes: `sun_path` of macOS, which has 4 less than that of Linux, without the final NUL. */
const MAX_PATH_BYTES = 103;

export const AGENT_CHECK_RULE = 'host:port, :port, a port, or false';

const addressRule: Rule<string | false, ManagementAddress | false> = {
  ...rule(
    `host:port, :port, a port, unix:/path (up to ${MAX_PATH_BYTES} bytes), or false`,
    (value) => value === false || (typeof value === 'string' && parseAddress(value) !== undefined),
  ),
  complete: (value) => value !== false && Object.freeze(parseAddress(value) ?? DEFAULT_ADDRESS),
};

const agentCheckRule: Rule<string | false, TcpAddress | false> = {
  ...rule(AGENT_CHECK_RULE, (value) => value === false || parseTcp(value) !== undefined),
  complete: (value) => value !== false && Object.freeze(parseTcp(value) ?? DEFAULT_ADDRESS),
};

export const MANAGEMENT: Declaration<ResolvedManagementOptions> = Object.freeze({
  address: { rule: addressRule, byDefault: DEFAULT_ADDRESS },
  token: {
    rule: secret(rule<string>('a string of visible characters without spaces', isToken)),
    byDefault: undefined,
  },
  scriptMetrics: { rule: flag(), byDefault: true },
  agentCheck: { rule: agentCheckRule, byDefault: false },
});

/** What `management` in the configuration must be. */
export const management: Rule<ManagementOptions, ResolvedManagementOptions> = object(MANAGEMENT);

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value, but no token. */
export function resolveManagementOptions(options: ManagementOptions = {}): ResolvedManagementOptions {
  return resolve(management, options, ['management']);
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

function parseTcp(value: unknown): TcpAddress | undefined {
  const address = typeof value === 'string' ? parseAddress(value) : undefined;
  return address === undefined || 'path' in address ? undefined : address;
}

/** As {@link parseAddress} takes it. */
export function showAddress(address: Pick<TcpAddress, 'host' | 'port'> | SocketAddress): string {
  if ('path' in address) return `unix:${address.path}`;
  const { host = '', port } = address;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A token has to survive in an HTTP header. */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
}
