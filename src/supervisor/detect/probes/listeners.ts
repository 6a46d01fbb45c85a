// Where the processes of a group listen, as the kernel has it: also in threads, native addons and processes that a script has started.
import { readLinks, showAddress, socketInodes } from './connections.ts';
import { list, read } from './proc.ts';
import { groupOf } from './process-state.ts';

/** A socket on which a process waits for clients. */
export interface Listener {
  readonly pid: number;
  readonly protocol: 'tcp' | 'udp';
  /** `0.0.0.0:5353`, `[::]:3000`. */
  readonly address: string;
}

/** States of include/net/tcp_states.h: TCP_LISTEN, and TCP_CLOSE, which a UDP socket without a peer is in. */
const WAITING = { tcp: '0A', udp: '07' } as const;

/** Of a process group, those of its leader first. Empty where the kernel does not tell. */
export async function readListeners(leader: number): Promise<Listener[]> {
  const pids = (await list('/proc')).map(Number).filter((pid) => pid > 0 && groupOf(pid) === leader);
  const members = [leader, ...pids.filter((pid) => pid !== leader)];
  const found = await Promise.all(
    members.map(async (pid) => {
      const inodes = socketInodes(await readLinks(pid));
      const tables = await readTables(pid);
      return tables.flatMap(([protocol, table]) =>
        parseListeners(protocol, table, inodes).map((address) => ({ pid, protocol, address })),
      );
    }),
  );
  return found.flat();
}

/** Addresses of the sockets in a table of /proc/<pid>/net that wait for clients. @param inodes The process's own. */
export function parseListeners(
  protocol: Listener['protocol'],
  table: string,
  inodes: ReadonlySet<string>,
): string[] {
  const rows = table.split('\n').slice(1);
  return rows.flatMap((row) => {
    // sl, local_address, rem_address, st, queues, timer, retransmits, uid, timeout, inode.
    const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/);
    return state === WAITING[protocol] && inodes.has(inode) ? [showAddress(local)] : [];
  });
}

async function readTables(pid: number): Promise<(readonly [Listener['protocol'], string])[]> {
  const names = [
    ['tcp', 'tcp'],
    ['tcp', 'tcp6'],
    ['udp', 'udp'],
    ['udp', 'udp6'],
  ] as const;
  return Promise.all(
    names.map(
      async ([protocol, name]) => [protocol, (await read(`/proc/${pid}/net/${name}`)) ?? ''] as const,
    ),
  );
}
