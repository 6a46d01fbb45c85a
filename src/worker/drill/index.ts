// Faults for `respite drill`. Loaded into a worker only when the configuration allows drills and one is asked for.
import type net from 'node:net';
import { blockLoop, matchForever } from './blocked.ts';
import { holdRequests } from './exhausted-pool.ts';
import { fillDisk } from './full-disk.ts';
import { leakBuffers, leakDescriptors, leakHeap } from './leaks.ts';
import { Lease } from './lease.ts';
import type { DrillOrder } from './order.ts';
import { redirect } from './redirect.ts';

/** Begins a fault in this process, which ends with its lease. */
export function beginFault({ fault, leaseFile }: DrillOrder, servers: Iterable<net.Server>): void {
  const lease = new Lease(leaseFile);
  if (!lease.isHeld) return;
  switch (fault.name) {
    case 'blocked-loop':
      setImmediate(blockLoop, lease);
      break;
    case 'regular-expression':
      setImmediate(matchForever, lease);
      break;
    case 'heap-leak':
      leakHeap(lease);
      break;
    case 'buffer-leak':
      leakBuffers(lease, fault.limitBytes, fault.mostBytes);
      break;
    case 'descriptor-leak':
      leakDescriptors(lease, fault.limit);
      break;
    case 'exhausted-pool':
      holdRequests(lease, servers);
      break;
    case 'crash':
      setImmediate(() => {
        throw new Error('respite drill: an error that nothing catches');
      });
      break;
    case 'exit':
      setImmediate(() => process.exit(1));
      break;
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      break;
    case 'full-disk':
      fillDisk(lease, fault.directory).catch(() => {});
      break;
    case 'redirect':
      redirect(lease, fault.from, fault.to);
      break;
    default:
      fault satisfies never;
  }
}
