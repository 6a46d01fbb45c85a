import net from 'node:net';
import path from 'node:path';
import type { BoundAddress } from '../protocol.ts';

/** What `listen()` was asked for. */
export interface Wanted {
  /** Null for any; the path of a Unix socket. */
  readonly address: string | null;
  /** -1 for a Unix socket. */
  readonly port: number;
  /** 4, 6, or -1 for a Unix socket. */
  readonly addressType: number;
  readonly flags: number;
}

/** Where a socket is bound. */
export interface Place extends BoundAddress {
  readonly ipv6Only: boolean;
}

/** libuv's UV_TCP_IPV6ONLY. */
const IPV6_ONLY = 1;

/** Where Node.js binds it. */
export function placeOf({ address, port, addressType, flags }: Wanted): Place {
  if (addressType === -1)
    return { address: absolutePath(address ?? ''), port, family: 'unix', ipv6Only: false };
  const isIpv6 = address === null || addressType === 6;
  return {
    address: isIpv6 ? kernelSpelling(address ?? '::') : address,
    port,
    family: isIpv6 ? 'IPv6' : 'IPv4',
    ipv6Only: isIpv6 && (flags & IPV6_ONLY) !== 0,
  };
}

/** An IPv6 address has many spellings: `::` is also `0:0:0:0:0:0:0:0`. The name of a bound socket has this one. */
function kernelSpelling(address: string): string {
  // A zone is no part of what `SocketAddress` returns.
  return address.includes('%') ? address : new net.SocketAddress({ address, family: 'ipv6' }).address;
}

/** The part of a place that the supervisor has to know. */
export function addressOf({ address, port, family, file }: Place): BoundAddress {
  return { address, port, family, file };
}

/** Abstract names are no paths. */
function absolutePath(address: string): string {
  return isAbstract(address) ? address : path.resolve(address);
}

/** The path of a Unix socket that has a file. */
export function fileOf({ address, family }: Place): string | undefined {
  return family === 'unix' && !isAbstract(address) ? address : undefined;
}

/** The name of a Unix socket without a file (Linux). */
export function isAbstract(address: string): boolean {
  return address.startsWith('\0');
}

/** Whether the kernel refuses one of the two while the other is open. */
export function overlap(a: Place, b: Place): boolean {
  if (a.port !== b.port) return false;
  return a.family === b.family
    ? a.address === b.address || isAny(a) || isAny(b)
    : takesIpv4(a) || takesIpv4(b);
}

function isAny({ address }: Place): boolean {
  return address === '::' || address === '0.0.0.0';
}

/** A socket for any IPv6 address also takes IPv4, except with `ipv6Only`. */
function takesIpv4({ address, family, ipv6Only }: Place): boolean {
  return family === 'IPv6' && address === '::' && !ipv6Only;
}
