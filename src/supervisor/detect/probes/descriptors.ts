// What a process has open: proc(5), /proc/<pid>/fd and /proc/<pid>/limits.
import path from 'node:path';
import type { DescriptorKind, DescriptorReading } from '../detectors/index.ts';
import { type Connection, readConnections, readLinks } from './connections.ts';
import { list, readShort } from './proc.ts';

/** The soft limit. Undefined for none. */
export function parseDescriptorLimit(limits: string): number | undefined {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}

export async function readDescriptors(pid: number): Promise<DescriptorReading | undefined> {
  const names = await list(`/proc/${pid}/fd`);
  const limits = readShort(`/proc/${pid}/limits`);
  const limit = limits === undefined ? undefined : parseDescriptorLimit(limits);
  return limit === undefined || names.length === 0 ? undefined : { count: names.length, limit };
}

/** Connections by peer, files by folder, most first. */
export function descriptorKinds(
  links: readonly string[],
  connections: readonly Connection[],
): DescriptorKind[] {
  const byInode = new Map(connections.map((connection) => [connection.inode, connection]));
  const kinds = new Map<string, { what: string; isOfClients: boolean; count: number }>();
  for (const link of links) {
    const { what, isOfClients } = kindOf(link, byInode);
    const found = kinds.get(what);
    if (found === undefined) kinds.set(what, { what, isOfClients, count: 1 });
    else found.count += 1;
  }
  return [...kinds.values()].toSorted((a, b) => b.count - a.count);
}

function kindOf(
  link: string,
  byInode: ReadonlyMap<string, Connection>,
): Pick<DescriptorKind, 'what' | 'isOfClients'> {
  if (link.startsWith('/')) return { what: `files in ${path.dirname(link)}`, isOfClients: false };
  if (link.startsWith('pipe:')) return { what: 'pipes', isOfClients: false };
  if (!link.startsWith('socket:[')) return { what: link.replace(/\[\d+\]$/, ''), isOfClients: false };
  const connection = byInode.get(link.slice(8, -1));
  if (connection === undefined) return { what: 'other sockets', isOfClients: false };
  if (connection.isInbound) return { what: 'connections of clients', isOfClients: true };
  return { what: `connections to ${connection.peer}`, isOfClients: false };
}

export async function readDescriptorKinds(pid: number): Promise<DescriptorKind[]> {
  const [links, connections] = await Promise.all([readLinks(pid), readConnections(pid)]);
  return descriptorKinds(links, connections);
}
