// Whom a process is connected to, from the tables of the kernel: proc(5), /proc/net/tcp.
import { list, read, target } from './proc.ts';

const ESTABLISHED = '01';
const LISTEN = '0A';

export interface Connection {
  /** `127.0.0.1:5432`, `[2001:db8::1]:443`. */
  readonly peer: string;
  readonly inode: string;
  /** The other side has opened it: our port is one that somebody listens on. */
  readonly isInbound: boolean;
}

/** Everybody at the other end of so many of a process's connections. */
export interface Peer {
  readonly peer: string;
  readonly count: number;
}

/** The established connections in one or more tables of the same network namespace. */
export function parseConnections(tables: readonly string[]): Connection[] {
  // sl, local_address, rem_address, st, queues, timer, retransmits, uid, timeout, inode.
  const rows = tables.flatMap((table) => table.split('\n').slice(1)).map((line) => line.trim().split(/\s+/));
  const listening = new Set(
    rows.flatMap(([, local, , state]) => (state === LISTEN ? [local?.split(':')[1]] : [])),
  );
  return rows.flatMap(([, local = '', remote = '', state, , , , , , inode]): Connection[] =>
    state === ESTABLISHED && inode !== undefined
      ? [{ peer: showAddress(remote), inode, isInbound: listening.has(local.split(':')[1]) }]
      : [],
  );
}

/** As the kernel writes it: words of four bytes, each in the machine's own order, then the port. */
export function showAddress(hex: string): string {
  const [address = '', port = ''] = hex.split(':');
  const bytes = [...address.matchAll(/.{8}/g)].flatMap(([word]) =>
    (word.match(/../g) ?? []).toReversed().map((byte) => Number.parseInt(byte, 16)),
  );
  const number = Number.parseInt(port, 16);
  const isMapped = bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255;
  if (bytes.length === 4 || isMapped) return `${bytes.slice(-4).join('.')}:${number}`;
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  return `[${compress(groups)}]:${number}`;
}

/** RFC 5952, section 4.2: the longest run of two zeros or more becomes `::`, of equal ones the first. */
function compress(groups: readonly string[]): string {
  let best = { start: 0, length: 1 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === '0') length += 1;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}

/** Inodes of the sockets that a process has open. */
export function socketInodes(links: readonly string[]): Set<string> {
  return new Set(links.flatMap((link) => (link.startsWith('socket:[') ? [link.slice(8, -1)] : [])));
}

/** Those that a process has connected to, most first. */
export function peersOf(connections: readonly Connection[], inodes: ReadonlySet<string>): Peer[] {
  const counts = new Map<string, number>();
  for (const { peer, inode, isInbound } of connections) {
    if (!isInbound && inodes.has(inode)) counts.set(peer, (counts.get(peer) ?? 0) + 1);
  }
  return [...counts].map(([peer, count]) => ({ peer, count })).toSorted((a, b) => b.count - a.count);
}

/** Where the descriptors of a process lead. A process that is not ours shows none. */
export async function readLinks(pid: number): Promise<string[]> {
  const names = await list(`/proc/${pid}/fd`);
  const links = await Promise.all(names.map((name) => target(`/proc/${pid}/fd/${name}`)));
  return links.filter((link) => link !== undefined);
}

/** The connections of the network namespace of a process. */
export async function readConnections(pid: number): Promise<Connection[]> {
  const tables = await Promise.all([read(`/proc/${pid}/net/tcp`), read(`/proc/${pid}/net/tcp6`)]);
  return parseConnections(tables.filter((table) => table !== undefined));
}
