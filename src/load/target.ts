// Where the requests go: an address, resolved once, and permission to send load there.
import { lookup } from 'node:dns/promises';
import { BlockList, connect, isIPv6 } from 'node:net';
import { RespiteError } from '../core/errors.ts';
import type { Target } from './generator/plan.ts';

/** Maximum time to try one of several addresses, in milliseconds. */
const PROBE_MS = 2000;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Rejects for names without an address, and for other machines without permission. */
export async function targetOf(url: URL, insecure: boolean, ownsTarget: boolean): Promise<Target> {
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const found = await lookup(hostname, { all: true }).catch((error: unknown) => {
    const { code = 'ENOTFOUND' } = error as NodeJS.ErrnoException;
    throw new RespiteError('RESPITE_LOAD_UNREACHABLE', `cannot resolve ${hostname}: ${code}`, {
      cause: error,
    });
  });
  const isSecure = url.protocol === 'https:';
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  const foreign = found.find(({ address }) => !LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'));
  if (foreign !== undefined && !ownsTarget) {
    const which = foreign.address === hostname ? hostname : `${hostname} (${foreign.address})`;
    throw new RespiteError(
      'RESPITE_LOAD_TARGET',
      `${which} is not on the loopback interface; load on a machine that is not yours is an attack`,
    );
  }
  const addresses = found.map(({ address }) => address);
  const address = await firstThatConnects(addresses, port);
  return { isSecure, address, port, hostname, authority: url.host, insecure };
}

/** A server may listen on only one of the addresses of `localhost`. The first one where it listens on none. */
async function firstThatConnects(addresses: readonly string[], port: number): Promise<string> {
  const [first = ''] = addresses;
  if (addresses.length === 1) return first;
  for (const address of addresses) {
    const socket = connect({ host: address, port, timeout: PROBE_MS });
    const connects = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('timeout', () => resolve(false));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (connects) return address;
  }
  return first;
}
