import { type Declaration, object, type OptionsOf, type Rule } from '../../../core/options.ts';
import { milliseconds, rule, share } from '../../../core/rules.ts';

/** ioredis and iovalkey: Redis clients as users have them, by their shape. None is imported. */
export interface CallsCommands {
  call(command: string, ...args: string[]): Promise<unknown>;
}

/** node-redis. */
export interface SendsCommands {
  sendCommand(args: string[]): Promise<unknown>;
}

export type RedisClient = CallsCommands | SendsCommands;

/** Instances that share a Redis agree on how many of them heal at once, and on what each tenant is due. All options, with every default filled in. */
export interface ResolvedFleetOptions {
  /** A client of ioredis, iovalkey or node-redis (connected by you), for Redis 5 or Valkey and later; in a configuration that is code. */
  readonly client: RedisClient;
  /** Those of one name are one fleet: letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  /** At most this share of the fleet heals at once, but always one instance. Default 0.34. */
  readonly share: number;
  /** How long an instance may take to heal before another one may begin, in milliseconds. Default 60000. */
  readonly leaseMs: number;
}

/** Instances that share a Redis agree on how many of them heal at once, and on what each tenant is due. Only `undefined` means default. */
export type FleetOptions = OptionsOf<ResolvedFleetOptions, 'client' | 'name'>;

export const FLEET: Declaration<ResolvedFleetOptions> = Object.freeze({
  client: { rule: rule<RedisClient>('a client of ioredis, iovalkey or node-redis', isRedisClient) },
  name: {
    rule: rule<string>(
      'a name of letters, digits, ".", "_" and "-"',
      (value) => typeof value === 'string' && /^[\w.-]{1,128}$/.test(value),
    ),
  },
  share: { rule: share(), byDefault: 0.34 },
  leaseMs: { rule: milliseconds(1000), byDefault: 60_000 },
});

export const fleet: Rule<FleetOptions, ResolvedFleetOptions> = object(FLEET);

function isRedisClient(value: unknown): value is RedisClient {
  if (typeof value !== 'object' || value === null) return false;
  return (
    ('call' in value && typeof value.call === 'function') ||
    ('sendCommand' in value && typeof value.sendCommand === 'function')
  );
}
