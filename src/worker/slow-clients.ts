// Loaded only where the configuration has `backpressure`.
import type { Server } from 'node:net';
import { addPressureSignal } from '../admission/index.ts';
import {
  type BackpressureOptions,
  boundKernelBuffers,
  createWriteBudget,
  guardServer,
} from '../backpressure/index.ts';

/** Utilization of the budget at which refusing begins, and at which it is hardest: at 15 of 16 the budget itself cuts connections. */
const PRESSURE = Object.freeze({ exit: 0.7, enter: 0.95 });

/** Bounds what the servers of this process hold for clients that don't read. @returns To be called with each of them. */
export function guardAgainstSlowClients(options: BackpressureOptions): (server: Server) => void {
  const { limitBytes, evictFirst, slowPeer, kernelBuffers } = options;
  const budget = createWriteBudget({ limitBytes, evictFirst });
  addPressureSignal({ name: 'write-budget', read: () => budget.stats().utilization, ...PRESSURE });
  return (server) => {
    guardServer(server, { budget, slowPeer });
    if (kernelBuffers !== false) boundKernelBuffers(server, kernelBuffers);
  };
}
