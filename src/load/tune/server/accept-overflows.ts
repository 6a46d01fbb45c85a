import { readFileSync } from 'node:fs';

/** Connections that the kernel has dropped because an accept queue was full, of all sockets of this network namespace; undefined where it does not tell. */
export function acceptOverflows(): number | undefined {
  try {
    return overflowsIn(readFileSync('/proc/self/net/netstat', 'utf8'));
  } catch {
    return undefined;
  }
}

/** A line of names and a line of values for each protocol. */
export function overflowsIn(netstat: string): number | undefined {
  const [names = [], values = []] = netstat
    .split('\n')
    .filter((line) => line.startsWith('TcpExt:'))
    .map((line) => line.split(' '));
  const value = Number(values[names.indexOf('ListenOverflows')]);
  return Number.isNaN(value) ? undefined : value;
}
