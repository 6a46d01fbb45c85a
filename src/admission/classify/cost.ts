import type { IncomingHttpHeaders } from 'node:http';
import type { CostOf } from '../policy.ts';
import type { RequestClass } from './request-class.ts';

/** Units of the limit that a request takes: 0 for the exempt. */
export function costOf(requestClass: RequestClass, headers: IncomingHttpHeaders): number {
  if (requestClass.criticality === 'exempt') return 0;
  const { cost } = requestClass.policy;
  return typeof cost === 'number' ? cost : askCost(requestClass, cost, headers);
}

/** The user's own code: it counts as 1 when it fails, and may not fail the request. */
function askCost(requestClass: RequestClass, cost: CostOf, headers: IncomingHttpHeaders): number {
  let problem: string;
  try {
    const units: unknown = cost(headers);
    if (typeof units === 'number' && units > 0 && units < Infinity) return units;
    problem = `returned ${String(units)}, not a number greater than 0`;
  } catch (error) {
    problem = `threw ${String(error)}`;
  }
  if (!requestClass.warned) {
    requestClass.warned = true;
    const of = requestClass.route === '' ? 'of a request' : `of ${requestClass.route}`;
    process.emitWarning(`The cost function ${of} ${problem}. Counted as 1.`, {
      code: 'RESPITE_COST_INVALID',
    });
  }
  return 1;
}
