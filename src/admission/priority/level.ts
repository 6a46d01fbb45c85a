import { CRITICALITIES } from '../policy.ts';

/** Cohorts in a class, as in DAGOR (WeChat, 2018) and Cinnamon (Uber): fine enough to shed in steps of under 1 %. */
export const COHORTS = 128;

export const CLASSES: number = CRITICALITIES.length;

/** Levels that there are: 0 goes last, 511 goes first. */
export const LEVELS: number = CLASSES * COHORTS;

/** Level of a request by the rank of its class (its index in `CRITICALITIES`) and its cohort, 0 to 127. */
export function levelOf(rank: number, cohort: number): number {
  return rank * COHORTS + cohort;
}

/** The class that a level belongs to. */
export function classOf(level: number): number {
  return Math.trunc(level / COHORTS);
}
