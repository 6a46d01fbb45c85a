import { fieldOf, isJudged } from '../../client/policies.ts';
import type { DispatchOptions } from '../../core/dispatch-shapes.ts';
import type { NamedOrigins } from '../named-origins.ts';

/** The named origin that a request goes to; undefined for others, tunnels and upgrades. */
export function namedOriginOf(
  dispatcher: object,
  request: DispatchOptions,
  origins: NamedOrigins,
): string | undefined {
  if (!isJudged(request)) return undefined;
  const given = request.origin ?? originOf(dispatcher);
  const named = origins.find(given);
  if (named !== undefined) return named;
  // Interceptors such as `dns` put an address in place of the name, which remains in this field.
  const host = fieldOf(request.headers, 'host');
  if (typeof host !== 'string') return undefined;
  return origins.find(`${String(given).startsWith('https:') ? 'https' : 'http'}://${host}`);
}

/** The origin of clients and pools, which have only one. undici keeps it by a symbol of its own. */
function originOf(dispatcher: object): URL | undefined {
  for (const symbol of Object.getOwnPropertySymbols(dispatcher)) {
    if (symbol.description !== 'url') continue;
    const value = (dispatcher as Record<symbol, unknown>)[symbol];
    return value instanceof URL ? value : undefined;
  }
  return undefined;
}
