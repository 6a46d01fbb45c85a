export type {
  LatencyFigures,
  LoadCounts,
  LoadOptions,
  LoadResult,
  LoadSecond,
  RateProfile,
  RequestKind,
} from './contract.ts';
export { unmet } from './expect/index.ts';
export { load } from './load.ts';
