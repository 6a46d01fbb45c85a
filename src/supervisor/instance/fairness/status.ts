/** How sheddable requests are shared out between tenants. Plain data. */
export interface FairnessStatus {
  /** Between the tenants of the whole fleet, of this instance, or not at all: then no worker does it. */
  readonly scope: 'fleet' | 'instance' | 'off';
  /** Tenants that have asked lately, in this instance. */
  readonly tenants: number;
  /** The part of the sheddable requests that one tenant is let through at most, 0 to 1; the least of all workers. */
  readonly largestShare: number;
  /** Instances of the fleet that share out together, this one included; 0 while the fleet's Redis does not answer. */
  readonly instances: number;
  /** Questions to the fleet's Redis, by whether it has answered in time. */
  readonly exchanges: { readonly answered: number; readonly unanswered: number };
}

export const NO_FAIRNESS: FairnessStatus = Object.freeze({
  scope: 'off',
  tenants: 0,
  largestShare: 1,
  instances: 0,
  exchanges: Object.freeze({ answered: 0, unanswered: 0 }),
});
