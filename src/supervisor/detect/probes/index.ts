export { type Peer, peersOf, readConnections, readLinks, socketInodes } from './connections.ts';
export { type CpuReading, readCpu } from './cpu.ts';
export { readDescriptorKinds, readDescriptors } from './descriptors.ts';
export { readDisks } from './disks.ts';
export { type Listener, readListeners } from './listeners.ts';
export { readMainThread } from './main-thread.ts';
export { type MemoryUse, memoryUseOf, readMemoryUse } from './memory.ts';
export { isStopped, readRunQueueWaitMs } from './process-state.ts';
export { type WaitingCalls, waitingCalls } from './waiting-calls.ts';
