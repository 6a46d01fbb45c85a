import type { HealthCheck, PeerOptions } from '../check.ts';
import { type Address, showAddress, talkTo } from './connection.ts';

/** Does something accept connections there? A process that hangs still does: its kernel accepts them. */
export function tcp(host: string, port: number, { peer }: PeerOptions = {}): HealthCheck {
  const address: Address = { host, port };
  return {
    peer: peer ?? showAddress(address),
    local: false,
    run: async (signal) => talkTo(address, signal, async () => {}),
  };
}
