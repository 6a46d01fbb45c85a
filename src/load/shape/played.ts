// Makes of a shape what the generator plays.
import { RespiteError } from '../../core/errors.ts';
import type { PlannedArrivals, PlannedPath } from '../generator/plan.ts';
import {
  type LikeOptions,
  type Parameters,
  type ParameterValues,
  type ShapeRoute,
  UNNAMED_ROUTE,
} from './contract.ts';
import { parametersOf, partsOf } from './route.ts';

/** Parameters of routes that nothing fills, each with the routes that have it. */
export function unfilled(
  routes: readonly ShapeRoute[],
  parameters: Parameters,
): ReadonlyMap<string, readonly string[]> {
  const missing = new Map<string, string[]>();
  for (const { method, route } of routes) {
    if (route === UNNAMED_ROUTE) continue;
    for (const name of parametersOf(route)) {
      if (Object.hasOwn(parameters, name)) continue;
      missing.set(name, [...(missing.get(name) ?? []), `${method} ${route}`]);
    }
  }
  return missing;
}

/** Throws a `RespiteError` `RESPITE_LOAD_PARAMETERS` that names every parameter that nothing fills, and a route that has it. */
export function assertFilled(routes: readonly ShapeRoute[], parameters: Parameters): void {
  const missing = [...unfilled(routes, parameters)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (missing.length === 0) return;
  const list = missing.map(([name, [first = '', ...others]]) => {
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    return `${name} of ${first}${more}`;
  });
  throw new RespiteError('RESPITE_LOAD_PARAMETERS', `nothing fills these parameters: ${list.join('; ')}`);
}

/** @param unnamed Where requests go that no route names, unless there are values for `*`. */
export function pathOf(route: string, parameters: Parameters, unnamed: string): PlannedPath {
  if (route === UNNAMED_ROUTE) {
    const paths = parameters['*'];
    return paths === undefined ? [unnamed] : ['/', encoded(paths, true)];
  }
  return partsOf(route).map((part) =>
    'text' in part ? part.text : encoded(parameters[part.parameter] ?? [], part.isRest),
  );
}

/** As one segment of a path; what stands for the rest of a path keeps its slashes, and may have a query. */
function encoded(values: ParameterValues, isRest: boolean): ParameterValues {
  if ('from' in values) return values;
  return values.map((value) => (isRest ? encodeURI(value.replace(/^\//, '')) : encodeURIComponent(value)));
}

/** The arrivals of a shape at another speed. */
export function arrivalsOf({ shape, speed = 1 }: LikeOptions): PlannedArrivals {
  return {
    periodMs: shape.durationMs / speed,
    atMs: shape.atMs.map((at) => at / speed),
    kinds: shape.kinds,
    bodyBytes: shape.bodyBytes,
  };
}
