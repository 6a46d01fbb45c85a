import { fail, fraction, integer, knownKeys } from '../../../core/validate.ts';

/** ioredis and iovalkey: Redis clients as users have them, by their shape. None is imported. */
export interface CallsCommands {
  call(command: string, ...args: string[]): Promise<unknown>;
}

/** node-redis. */
export interface SendsCommands {
  sendCommand(args: string[]): Promise<unknown>;
}

export type RedisClient = CallsCommands | SendsCommands;

/** Instances that share a Redis agree on how many of them heal at once. Only `undefined` means default. */
export interface FleetOptions {
  /** A client of ioredis, iovalkey or node-redis (connected by you), for Redis 5 or Valkey and later. */
  readonly client: RedisClient;
  /** Those of one name are one fleet: letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  /** At most this share of the fleet heals at once, but always one instance. Default 0.34. */
  readonly share?: number | undefined;
  /** How long an instance may take to heal before another one may begin, in milliseconds. Default 60000. */
  readonly leaseMs?: number | undefined;
}

/** {@link FleetOptions} with every default filled in. */
export interface ResolvedFleetOptions {
  readonly client: RedisClient;
  readonly name: string;
  readonly share: number;
  readonly leaseMs: number;
}

const DEFAULTS: Pick<ResolvedFleetOptions, 'share' | 'leaseMs'> = Object.freeze({
  share: 0.34,
  leaseMs: 60_000,
});

export const CLIENT_RULE = 'a client of ioredis, iovalkey or node-redis';
export const NAME_PATTERN: RegExp = /^[\w.-]{1,128}$/;
export const NAME_RULE = 'a name of letters, digits, ".", "_" and "-"';

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveFleetOptions(options: FleetOptions): ResolvedFleetOptions {
  knownKeys('supervisor.fleet', options, ['client', 'name', 'share', 'leaseMs']);
  const { client, name, share = DEFAULTS.share, leaseMs = DEFAULTS.leaseMs } = options;
  if (!isRedisClient(client)) return fail('supervisor.fleet.client', CLIENT_RULE, client);
  if (typeof name !== 'string' || !NAME_PATTERN.test(name))
    return fail('supervisor.fleet.name', NAME_RULE, name);
  return Object.freeze({
    client,
    name,
    share: fraction('supervisor.fleet.share', share),
    leaseMs: integer('supervisor.fleet.leaseMs', leaseMs, 1000),
  });
}

export function isRedisClient(value: unknown): value is RedisClient {
  if (typeof value !== 'object' || value === null) return false;
  return (
    ('call' in value && typeof value.call === 'function') ||
    ('sendCommand' in value && typeof value.sendCommand === 'function')
  );
}
