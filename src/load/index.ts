export type {
  LatencyFigures,
  LoadCounts,
  LoadOptions,
  LoadResult,
  LoadSecond,
  RateProfile,
  RequestKind,
} from './contract.ts';
export { load } from './load.ts';
