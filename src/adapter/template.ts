// Route templates of frameworks, as patterns that admission understands.

/** A segment that matches itself alone: none of the characters that mean something in a framework's or our templates. */
const LITERAL = /^[^:*?+{}()[\]!\\"\s]*$/;
const PARAMETER = /^:[A-Za-z_$][\w$]*$/;
/** The rest of the path: `*` (Hono, Fastify) or `*name` (Express, Koa). */
const REST = /^\*[\w$]*$/;

/**
 * The pattern for admission of a framework's template, or undefined when it says more than a pattern can: an optional
 * part, an expression. Leaving that out would match requests of other routes.
 */
export function patternOf(method: string | undefined, template: string): string | undefined {
  const segments = template.split('/');
  if (segments.shift() !== '') return undefined;
  const last = segments.length - 1;
  for (const [i, segment] of segments.entries()) {
    if (i === last && REST.test(segment)) segments[i] = '*';
    else if (!LITERAL.test(segment) && !PARAMETER.test(segment)) return undefined;
  }
  const path = `/${segments.join('/')}`;
  return method === undefined ? path : `${method} ${path}`;
}

/** The label of a request: method and template as the framework has it. HEAD is answered by the route of GET. */
export function labelOf(method: string, template: string): string {
  return `${method === 'HEAD' ? 'GET' : method} ${template}`;
}

/** Matches one path only. */
export function isLiteral(template: string): boolean {
  return template.split('/').every((segment) => LITERAL.test(segment));
}
