import { knownKeys } from '../core/validate.ts';
import { RespiteError } from '../core/errors.ts';

/** Options of the management port. Only `undefined` means default. */
export interface ManagementOptions {
  /**
   * Where to listen: `host:port`, `[::1]:9999`, `:9999` for every interface, a port alone for 127.0.0.1, or false for
   * no management port. Default `127.0.0.1:9999`, or a free port when that one is taken.
   */
  readonly address?: string | false | undefined;
  /**
   * What `POST /drain` and `POST /restart` need as `Authorization: Bearer <token>`, unless the port is bound to
   * loopback. Default none: then they are refused on any other address.
   */
  readonly token?: string | undefined;
}

/** {@link ManagementOptions} with every default filled in. */
export interface ResolvedManagementOptions {
  readonly address: ManagementAddress | false;
  readonly token: string | undefined;
}

export interface ManagementAddress {
  /** Undefined: every interface. */
  readonly host: string | undefined;
  readonly port: number;
  /** Somebody asked for this address; the default one gives way when it is taken. */
  readonly chosen: boolean;
}

const DEFAULTS: ResolvedManagementOptions = Object.freeze({
  address: Object.freeze({ host: '127.0.0.1', port: 9999, chosen: false }),
  token: undefined,
});

export const ADDRESS_RULE = 'host:port, :port, a port, or false';
export const TOKEN_RULE = 'a string of visible characters without spaces';

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveManagementOptions(options: ManagementOptions = {}): ResolvedManagementOptions {
  knownKeys('management', options, Object.keys(DEFAULTS));
  return Object.freeze({ address: resolveAddress(options.address), token: resolveToken(options.token) });
}

/** Undefined when the text is no address. */
export function parseAddress(text: string): ManagementAddress | undefined {
  const { v6, host, port } =
    /^(?:(?:\[(?<v6>[\da-fA-F:.]+)\]|(?<host>[\w.-]*)):)?(?<port>\d{1,5})$/.exec(text)?.groups ?? {};
  if (port === undefined || Number(port) > 65_535) return undefined;
  const portAlone = v6 === undefined && host === undefined;
  return { host: portAlone ? '127.0.0.1' : (v6 ?? (host || undefined)), port: Number(port), chosen: true };
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
