import type { ClientRequest, RequestOptions } from 'node:http';
import { optionsWith } from './request-target.ts';

/** Options of another attempt: those of the first, with what its caller has set on the request since. */
export function repeatedOptions(
  request: ClientRequest,
  options: RequestOptions,
  fields: readonly (readonly [name: string, value: string])[],
): RequestOptions {
  // The caller's signal ends its own request, and by that this one.
  const { signal: _signal, ...own } = options;
  const { timeout } = request as { readonly timeout?: number | undefined };
  const headers = Array.isArray(options.headers) ? options.headers : headersOf(request);
  return optionsWith({ ...own, headers, ...(timeout !== undefined && { timeout }) }, fields);
}

function headersOf(request: ClientRequest): Record<string, string | number | string[]> {
  const names = request.getRawHeaderNames();
  return Object.fromEntries(names.map((name) => [name, request.getHeader(name) ?? '']));
}
