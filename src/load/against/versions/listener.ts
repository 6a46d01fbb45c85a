// Which process listens on a port of this machine, from Linux's /proc. Undefined elsewhere, and for processes of other users.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { parents } from './process-tree.ts';

/** State of a socket in /proc/net/tcp: include/net/tcp_states.h. */
const LISTEN = '0A';

/**
 * The process that listens on a port. Of several, as a supervisor and its workers, the one that started the others; undefined when
 * they have nothing to do with each other.
 */
export function listenerOn(port: number): number | undefined {
  const inodes = listeningInodes(port);
  if (inodes.size === 0) return undefined;
  const parentOf = parents();
  const holders = new Set([...parentOf.keys()].filter((pid) => hasSocket(pid, inodes)));
  const roots = [...holders].filter((pid) => !ancestorsOf(pid, parentOf).some((each) => holders.has(each)));
  return roots.length === 1 ? roots[0] : undefined;
}

function listeningInodes(port: number): ReadonlySet<string> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = ['tcp', 'tcp6'].flatMap((table) => read(`/proc/self/net/${table}`).split('\n').slice(1));
  const inodes = rows.flatMap((row) => {
    // sl, local_address, rem_address, st, queues, timer, retransmits, uid, timeout, inode
    const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/);
    return state === LISTEN && local.endsWith(`:${hex}`) && inode !== undefined ? [inode] : [];
  });
  return new Set(inodes);
}

function hasSocket(pid: number, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((descriptor) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch {
    return false; // Another user's, or it has ended.
  }
}

function ancestorsOf(pid: number, parentOf: ReadonlyMap<number, number>): readonly number[] {
  const ancestors: number[] = [];
  for (let next = parentOf.get(pid); next !== undefined && next > 0; next = parentOf.get(next))
    ancestors.push(next);
  return ancestors;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
