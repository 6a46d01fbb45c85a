import type { Finding, HealthCheck, PeerOptions } from '../check.ts';

/** What to ask whom. */
export interface DnsOptions extends PeerOptions {
  /** Default `A`. */
  readonly type?: 'A' | 'AAAA' | 'MX' | 'SRV' | 'TXT' | 'CNAME' | 'NS' | undefined;
  /** Servers as `address` or `address:port`. Default those of the system. */
  readonly servers?: readonly string[] | undefined;
}

/**
 * Checks that a name can be resolved. Asks a name server; `/etc/hosts` does not count. It has a resolver of its own, because
 * `dns.lookup` cannot be cancelled and holds one of the four threads that files need as well.
 *
 * @example
 * ```ts
 * import { dns, health } from 'respite/health';
 *
 * health.add('dns', { check: dns('mail.example', { type: 'MX' }) });
 * ```
 */
export function dns(name: string, { type = 'A', servers, peer }: DnsOptions = {}): HealthCheck {
  return {
    peer: peer ?? servers?.join(',') ?? name,
    local: false,
    run: async (signal): Promise<Finding> => {
      const { Resolver } = process.getBuiltinModule('node:dns').promises;
      const resolver = new Resolver();
      if (servers !== undefined) resolver.setServers(servers);
      const cancel = (): void => resolver.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      try {
        const records = await resolver.resolve(name, type);
        return { details: { records: Array.isArray(records) ? records.length : 1 } };
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
  };
}
