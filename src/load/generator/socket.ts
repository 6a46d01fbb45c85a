import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Target } from './plan.ts';

/** A connection to the target that begins to open. @param protocol The one that TLS negotiates. */
export function openSocket(
  { isSecure, address, port, hostname, insecure }: Target,
  protocol: 'http/1.1' | 'h2',
  onread?: OnReadOpts,
): Socket {
  // A request is one write: nothing waits for Nagle's algorithm.
  const options = { host: address, port, noDelay: true, ...(onread === undefined ? {} : { onread }) };
  if (!isSecure) return connect(options);
  const servername = isIP(hostname) === 0 ? { servername: hostname } : {};
  return connectTls({ ...options, ...servername, ALPNProtocols: [protocol], rejectUnauthorized: !insecure });
}
