export {
  type DescriptorKind,
  type DescriptorReading,
  findDescriptorsExhausted,
  nearlyExhausted,
} from './descriptors.ts';
export { type DiskReading, findDiskFull } from './disk-full.ts';
export { Examination } from './examination.ts';
export type { Finding } from './finding.ts';
export type { ResolvedMemory } from './memory-limit-options.ts';
export { judgeMemory, type LimitSource, type MemoryHistory } from './memory-limit.ts';
export { findServerClosed } from './server-closed.ts';
export { findSilentWorker, SilentWorker } from './silent-worker.ts';
export { type DetectOptions, type ResolvedDetectOptions, resolveDetectOptions } from './options.ts';
export { UsualWaits } from './usual-waits.ts';
