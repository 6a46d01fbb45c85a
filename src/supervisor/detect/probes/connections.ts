// Whom a process is connected to, from the tables of the kernel: proc(5), /proc/net/tcp.
import { list, read, target } from './proc.ts';

/** By number: include/net/tcp_states.h */
const STATES = [
  '',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
] as const;
const LISTEN = '0A';

export interface Connection {
  /** `127.0.0.1:5432`, `[2001:db8::1]:443`. */
  readonly peer: string;
  readonly inode: string;
  /** The other side has opened it: our port is one that somebody listens on. */
  readonly isInbound: boolean;
}

/** A socket that does not listen, in whatever state. */
export interface TcpSocket extends Connection {
  readonly state: string;
  readonly localPort: number;
  /** Of the peer, without its port. */
  readonly address: string;
}

/** The other ends of at most this many of a process's connections. */
export interface Peer {
  readonly peer: string;
  readonly count: number;
}

/** The sockets in one or more tables of the same network namespace. */
export function parseSockets(tables: readonly string[]): TcpSocket[] {
  // sl, local_address, rem_address, st, queues, timer, retransmits, uid, timeout, inode.
  const rows = tables.flatMap((table) => table.split('\n').slice(1)).map((line) => line.trim().split(/\s+/));
  const listening = new Set(
    rows.flatMap(([, local = '', , state]) => (state === LISTEN ? [portOf(local)] : [])),
  );
  return rows.flatMap(([, local = '', remote = '', state = '', , , , , , inode]): TcpSocket[] => {
    if (inode === undefined || state === LISTEN) return [];
    const localPort = portOf(local);
    return [
      {
        peer: showAddress(remote),
        address: showIp(remote.split(':')[0] ?? ''),
        localPort,
        state: STATES[Number.parseInt(state, 16)] ?? state,
        inode,
        isInbound: listening.has(localPort),
      },
    ];
  });
}

/** Those of them that are established. */
export function parseConnections(tables: readonly string[]): Connection[] {
  return parseSockets(tables).filter(({ state }) => state === 'ESTABLISHED');
}

/** As the kernel writes it: the address, then the port. */
export function showAddress(hex: string): string {
  const ip = showIp(hex.split(':')[0] ?? '');
  return `${ip.includes(':') ? `[${ip}]` : ip}:${portOf(hex)}`;
}

function portOf(hex: string): number {
  return Number.parseInt(hex.slice(hex.indexOf(':') + 1), 16);
}

/** Words of four bytes, each in the machine's own order. */
function showIp(hex: string): string {
  const bytes = [...hex.matchAll(/.{8}/g)].flatMap(([word]) =>
    (word.match(/../g) ?? []).toReversed().map((byte) => Number.parseInt(byte, 16)),
  );
  const isMapped = bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255;
  if (bytes.length === 4 || isMapped) return bytes.slice(-4).join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  return compress(groups);
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

/** Where the descriptors of a process lead. A process that is not ours shows none. @param most Each costs a system call. */
export async function readLinks(pid: number, most: number = Infinity): Promise<string[]> {
  const names = await list(`/proc/${pid}/fd`);
  const links = await Promise.all(names.slice(0, most).map((name) => target(`/proc/${pid}/fd/${name}`)));
  return links.filter((link) => link !== undefined);
}

/** The sockets of the network namespace of a process. */
export async function readSockets(pid: number): Promise<TcpSocket[]> {
  return parseSockets(await readTables(pid));
}

/** Those of them that are established. */
export async function readConnections(pid: number): Promise<Connection[]> {
  return parseConnections(await readTables(pid));
}

async function readTables(pid: number): Promise<string[]> {
  const tables = await Promise.all([read(`/proc/${pid}/net/tcp`), read(`/proc/${pid}/net/tcp6`)]);
  return tables.filter((table) => table !== undefined);
}
