// Who a process is connected to, in every state a connection can be in.
import { readLinks, readSockets, socketInodes, type TcpSocket } from './connections.ts';

/** Connections of one process with one peer. */
export interface PeerSockets {
  /** Who called whom. */
  readonly direction: 'in' | 'out';
  /** Address, with the port where we called; the port that was called where they did. */
  readonly peer: string;
  readonly state: string;
  readonly count: number;
}

/** Who has fewer is not what there are too many of. */
const MOST_PEERS = 30;

/** A process with more descriptors than this is looked at in part. */
const MOST_DESCRIPTORS = 20_000;

export async function socketsByPeer(pid: number): Promise<PeerSockets[]> {
  const [sockets, links] = await Promise.all([readSockets(pid), readLinks(pid, MOST_DESCRIPTORS)]);
  const inodes = socketInodes(links);
  return groupByPeer(sockets.filter(({ inode }) => inodes.has(inode)));
}

/** Most first. */
export function groupByPeer(sockets: readonly TcpSocket[]): PeerSockets[] {
  const groups = new Map<string, { direction: 'in' | 'out'; peer: string; state: string; count: number }>();
  for (const { peer: called, address, localPort, state, isInbound } of sockets) {
    const direction = isInbound ? 'in' : 'out';
    const peer = isInbound ? `${address} to port ${localPort}` : called;
    const key = `${direction} ${peer} ${state}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { direction, peer, state, count: 1 });
    else group.count += 1;
  }
  return [...groups.values()].toSorted((a, b) => b.count - a.count).slice(0, MOST_PEERS);
}
