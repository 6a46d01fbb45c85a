import type { HealthCheck, PeerOptions } from '../check.ts';
import { type Address, showAddress, talkTo } from './connection.ts';

/**
 * Checks that something accepts connections. A process that hangs still does: its kernel accepts them.
 *
 * @example
 * ```ts
 * import { health, tcp } from 'respite/health';
 *
 * health.add('printer', { check: tcp('printer.internal', 9100) });
 * ```
 */
export function tcp(host: string, port: number, { peer }: PeerOptions = {}): HealthCheck {
  const address: Address = { host, port };
  return {
    peer: peer ?? showAddress(address),
    local: false,
    run: async (signal) => talkTo(address, signal, async () => {}),
  };
}
