export type {
  LatencyFigures,
  LoadCounts,
  LoadOptions,
  LoadResult,
  LoadSecond,
  RateProfile,
  RequestKind,
  Silence,
} from './contract.ts';
export { unmet } from './expect/index.ts';
export { load } from './load.ts';
export type { LikeOptions, LoadShape, Parameters, ParameterValues, ShapeRoute } from './shape/contract.ts';
export { parseShape } from './shape/parse.ts';
export { compare } from './against/compare.ts';
export type {
  CompareOptions,
  CompareProgress,
  Comparison,
  RunningVersion,
  StartedVersion,
  Version,
} from './against/contract.ts';
export type { Typical } from './against/measure/slices.ts';
export type { Figure, MinEffects } from './against/verdict/figures.ts';
export type { Interval } from './against/verdict/interval.ts';
export type { Change, Verdict } from './against/verdict/judge.ts';
