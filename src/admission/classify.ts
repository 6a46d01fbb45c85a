import findMyWay from 'find-my-way';
import { RespiteError } from '../core/errors.ts';
import type { Criticality, ResolvedAdmissionOptions } from './options.ts';

/** What the configuration says of a request: the class it is shed by and the pattern that named it. */
export interface RouteClass {
  readonly criticality: Criticality | 'exempt';
  /** The configured pattern; empty for requests that no pattern names. */
  readonly route: string;
}

/** Finds a request's class by method and target (`/path?query`). */
export interface Classifier {
  readonly classes: readonly RouteClass[];
  classify(method: string, target: string): RouteClass;
}

/** Compiles the configured routes. Throws `RESPITE_OPTIONS_INVALID` for a pattern that can't be used or stands twice. */
export function createClassifier(options: ResolvedAdmissionOptions): Classifier {
  const unnamed: RouteClass = { criticality: options.defaultCriticality, route: '' };
  const classes = [unnamed];
  const withMethod = findMyWay({ ignoreTrailingSlash: true });
  // Routes for any method stand here once, as GET; once for each of Node.js's 35 methods would cost a worker's start 5 ms.
  const anyMethod = findMyWay({ ignoreTrailingSlash: true });

  const add = (pattern: string, criticality: RouteClass['criticality'], option: string): void => {
    const routeClass: RouteClass = { criticality, route: pattern };
    const [first = '', second] = pattern.split(' ');
    try {
      if (second === undefined) anyMethod.on('GET', first, noHandler, routeClass);
      else withMethod.on(first as findMyWay.HTTPMethod, second, noHandler, routeClass);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new RespiteError('RESPITE_OPTIONS_INVALID', `${option} can't be used as a route: ${why}`, {
        cause,
      });
    }
    classes.push(routeClass);
  };
  for (const [pattern, criticality] of Object.entries(options.routes)) {
    add(pattern, criticality, `admission.routes[${JSON.stringify(pattern)}]`);
  }
  options.exempt.forEach((pattern, i) =>
    add(pattern, 'exempt', `admission.exempt[${i}] ${JSON.stringify(pattern)}`),
  );

  return {
    classes,
    classify(method, target) {
      const found = withMethod.find(method as findMyWay.HTTPMethod, target) ?? anyMethod.find('GET', target);
      return found === null ? unnamed : (found.store as RouteClass);
    },
  };
}

/** The router wants a handler with each route; we only want to know which route it is. */
function noHandler(): void {}
