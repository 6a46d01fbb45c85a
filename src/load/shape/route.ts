// Route patterns of the frameworks, as far as filling them goes.

/** A pattern in parts: fixed text, and names of parameters. `isRest`: it stands for several segments. */
export type RoutePart = { readonly text: string } | { readonly parameter: string; readonly isRest: boolean };

/** Express 5 writes `*name` for the rest of a path, others `*`. Optional groups of Express 5 are in braces; Hono's expressions follow a name. */
const TOKEN = /:([A-Za-z_$][\w$]*)|\*([A-Za-z_$][\w$]*)?|[{}]|\\(.)/gy;

/** The expression of a parameter: `:id(\\d+)` of Fastify and Express 4, `:id{[0-9]+}` of Hono, and what says how often it may come. */
function endOfExpression(route: string, from: number): number {
  const close = route[from] === '(' ? ')' : route[from] === '{' ? '}' : undefined;
  let at = from;
  if (close !== undefined) {
    const open = route[from];
    let depth = 0;
    do {
      if (route[at] === '\\') at += 1;
      else if (route[at] === open) depth += 1;
      else if (route[at] === close) depth -= 1;
      at += 1;
    } while (depth > 0 && at < route.length);
  }
  return /[?+*]/.test(route[at] ?? '') ? at + 1 : at;
}

/** @param route With or without a method in front. */
export function partsOf(route: string): readonly RoutePart[] {
  const path = route.replace(/^[A-Z-]+ (?=[/*])/, '');
  const parts: RoutePart[] = [];
  let text = '';
  for (let at = 0; at < path.length;) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(path);
    if (token === null) {
      text += path[at] ?? '';
      at += 1;
      continue;
    }
    const [whole, named, rest, escaped] = token;
    at += whole.length;
    const isParameter = named !== undefined || whole.startsWith('*');
    if (escaped !== undefined) text += escaped;
    if (!isParameter) continue;
    if (text !== '') parts.push({ text });
    text = '';
    parts.push({ parameter: named ?? rest ?? '*', isRest: named === undefined });
    if (named !== undefined) at = endOfExpression(path, at);
  }
  if (text !== '') parts.push({ text });
  return parts;
}

/** Names of the parameters of a route. */
export function parametersOf(route: string): readonly string[] {
  return [...new Set(partsOf(route).flatMap((part) => ('parameter' in part ? [part.parameter] : [])))];
}
