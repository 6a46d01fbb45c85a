// Is a debugger attached to this process? Then it may stand still for as long as its user likes.
import { readdirSync, readlinkSync } from 'node:fs';
import { read } from './proc.ts';

const ESTABLISHED = '01';

/** Inodes of the TCP connections whose own port is this, from /proc/net/tcp or tcp6. */
export function connectionsTo(port: number, table: string): string[] {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((line) => {
    // sl, local_address, rem_address, st, queues, timer, retransmits, uid, timeout, inode: proc(5).
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    return local?.endsWith(ending) === true && state === ESTABLISHED && inode !== undefined ? [inode] : [];
  });
}

/**
 * A debugger is connected to this process's own inspector. A port that is open but unused doesn't count: some people leave
 * it open for years. Looks through all descriptors, so it is for the moment in which the answer matters.
 *
 * @param port Where the inspector listens.
 */
export function isDebuggerAttached(port: number): boolean {
  const tables = [read('/proc/self/net/tcp'), read('/proc/self/net/tcp6')];
  const inodes = new Set(tables.flatMap((table) => connectionsTo(port, table ?? '')));
  // The table is that of the whole network namespace; the connection may be another process's.
  return inodes.size > 0 && descriptors().some((link) => inodes.has(link.slice('socket:['.length, -1)));
}

function descriptors(): string[] {
  try {
    return readdirSync('/proc/self/fd').flatMap((name) => {
      try {
        return [readlinkSync(`/proc/self/fd/${name}`)];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}
