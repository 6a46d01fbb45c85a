// Who a process is connected to, from /proc: proc(5). Empty where there is none.
import { readdir, readFile, readlink } from 'node:fs/promises';

/** Connections of one process with one peer. */
export interface PeerSockets {
  /** Who called whom. */
  readonly direction: 'in' | 'out';
  /** Address, with the port where we called; the port that was called where they did. */
  readonly peer: string;
  readonly state: string;
  readonly count: number;
}

export interface TcpSocket {
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly state: string;
  readonly inode: string;
}

/** include/net/tcp_states.h */
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

/** Who has fewer is not what there are too many of. */
const MOST_PEERS = 30;

/** A process with more descriptors than this is looked at in part: each costs a system call. */
const MOST_DESCRIPTORS = 20_000;

export async function socketsByPeer(pid: number): Promise<PeerSockets[]> {
  const [v4, v6, inodes] = await Promise.all([
    readFile(`/proc/${pid}/net/tcp`, 'latin1').catch(() => ''),
    readFile(`/proc/${pid}/net/tcp6`, 'latin1').catch(() => ''),
    socketInodes(pid),
  ]);
  // The tables are of the whole network namespace.
  const sockets = [...parseTcp(v4), ...parseTcp(v6)];
  const listening = new Set(sockets.flatMap(({ state, localPort }) => (state === 'LISTEN' ? localPort : [])));
  return groupByPeer(
    sockets.filter(({ inode }) => inodes.has(inode)),
    listening,
  );
}

export function parseTcp(table: string): TcpSocket[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', remote = '', state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
      if (inode === '') return [];
      return {
        localPort: portOf(local),
        remoteAddress: addressOf(remote),
        remotePort: portOf(remote),
        state: STATES[Number.parseInt(state, 16)] ?? state,
        inode,
      };
    });
}

/** Most first. */
export function groupByPeer(sockets: readonly TcpSocket[], listening: ReadonlySet<number>): PeerSockets[] {
  const groups = new Map<string, { direction: 'in' | 'out'; peer: string; state: string; count: number }>();
  for (const { localPort, remoteAddress, remotePort, state } of sockets) {
    if (state === 'LISTEN') continue;
    const direction = listening.has(localPort) ? 'in' : 'out';
    const peer =
      direction === 'in'
        ? `${remoteAddress} to port ${localPort}`
        : `${remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
    const key = `${direction} ${peer} ${state}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { direction, peer, state, count: 1 });
    else group.count += 1;
  }
  return [...groups.values()].toSorted((a, b) => b.count - a.count).slice(0, MOST_PEERS);
}

async function socketInodes(pid: number): Promise<Set<string>> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(
    names.slice(0, MOST_DESCRIPTORS).map(async (name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')),
  );
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}

function portOf(hex: string): number {
  return Number.parseInt(hex.slice(hex.indexOf(':') + 1), 16);
}

/** Words of 32 bits in the machine's own order, which is little-endian wherever Node.js runs. */
function addressOf(hex: string): string {
  const bytes = Buffer.from(hex.slice(0, hex.indexOf(':')), 'hex');
  bytes.swap32();
  if (bytes.length === 4) return bytes.join('.');
  const isMapped = bytes.subarray(0, 12).equals(MAPPED_V4);
  return isMapped ? bytes.subarray(12).join('.') : shortV6(bytes);
}

const MAPPED_V4 = Buffer.from('00000000000000000000ffff', 'hex');

function shortV6(bytes: Buffer): string {
  const words = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16)).join(':');
  return new URL(`http://[${words}]`).hostname.slice(1, -1);
}
