// Does throughput follow the number in flight? That is the elasticity: by how many percent throughput changes when the number
// in flight changes by one percent. Where every request is being served it is 1; where more in flight only wait longer it
// is 0; where they get into each other's way it is below.

/** A window in which the limit was full. Logarithms, since the elasticity is the slope between them. */
interface Point {
  readonly inFlight: number;
  readonly perSecond: number;
  /** Of `perSecond`, as a share of it. */
  readonly variance: number;
}

/** The windows since the last step of capacity, newest first. */
export type Evidence = readonly Point[];

export const NO_EVIDENCE: Evidence = Object.freeze([]);

/** How many windows are remembered, and the share of its weight that each keeps when a new one comes. */
const REMEMBERED = 16;
const KEPT = 0.9;

/**
 * Windows count less the farther their number in flight is from the present one (a standard deviation, in logarithms): the curve has its knee
 * where we want to be, and its slope far away says nothing about the slope here.
 */
const NEAR = 0.25;

/** Even a throughput that is measured without noise isn't known better than this share: windows have edges. */
const NOISE_FLOOR = 0.04;

/** How far from what is believed before measuring the elasticity may well be (a standard deviation). */
const PRIOR_DEVIATION = 0.5;

/** A throughput that neither an elasticity of 0 nor one of 1 explains, by this many standard errors: capacity has changed. */
const STEP_ERRORS = 4;

/** Adds a window in which the limit was full. After a step of capacity what came before says nothing any more. */
export function observe(
  evidence: Evidence,
  inFlight: number,
  perSecond: number,
  relativeError: number,
): Evidence {
  const point: Point = {
    inFlight: Math.log(inFlight),
    perSecond: Math.log(perSecond),
    variance: relativeError ** 2 + NOISE_FLOOR ** 2,
  };
  const last = evidence[0];
  if (last === undefined || isStep(last, point)) return [point];
  return [point, ...evidence.slice(0, REMEMBERED - 1)];
}

function isStep(last: Point, point: Point): boolean {
  const dx = point.inFlight - last.inFlight;
  const dy = point.perSecond - last.perSecond;
  const slack = STEP_ERRORS * Math.sqrt(last.variance + point.variance);
  return dy < Math.min(0, dx) - slack || dy > Math.max(0, dx) + slack;
}

/**
 * The elasticity here, from what was measured and what is believed without measuring; the more the number in flight has varied,
 * the more the measurement counts. (The posterior mean of a Bayesian linear regression, local and with a known noise.)
 */
export function elasticity(evidence: Evidence, prior: number): number {
  const here = evidence[0]?.inFlight ?? 0;
  let weights = 0;
  let x = 0;
  let y = 0;
  let xx = 0;
  let xy = 0;
  let kept = 1;
  for (const { inFlight, perSecond, variance } of evidence) {
    const distance = (inFlight - here) / NEAR;
    const weight = (kept / variance) * Math.exp(-0.5 * distance * distance);
    weights += weight;
    x += weight * inFlight;
    y += weight * perSecond;
    xx += weight * inFlight * inFlight;
    xy += weight * inFlight * perSecond;
    kept *= KEPT;
  }
  const priorWeight = 1 / PRIOR_DEVIATION ** 2;
  if (weights === 0) return prior;
  const information = Math.max(0, xx - (x * x) / weights);
  const covariance = xy - (x * y) / weights;
  return (covariance + prior * priorWeight) / (information + priorWeight);
}
