// What a request says about who asked for what on the way, outside of its URL.
import type { Fields } from '../../http/fields.ts';

/**
 * Fields by which proxies tell a server what it was asked, and frameworks believe them: for links, redirects, tenants, routes, methods. None
 * is in the URL, so requests that differ in one share nothing: neither pages of two tenants, nor one that a client has made up.
 */
const ASKED_BY = [
  'front-end-https',
  'x-forwarded-host',
  'x-forwarded-path',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-forwarded-protocol',
  'x-forwarded-scheme',
  'x-forwarded-server',
  'x-forwarded-ssl',
  'x-forwarded-uri',
  'x-host',
  'x-http-host-override',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-host',
  'x-original-uri',
  'x-original-url',
  'x-rewrite-url',
  'x-url-scheme',
] as const;

const NAMES: ReadonlySet<string> = new Set([...ASKED_BY, 'forwarded']);

/** Which public name it was asked by, and by which certificate; undefined for a plain request without a proxy. */
export function audienceOf(fields: Fields, certificate?: string): string | undefined {
  const audience = certificate === undefined ? undefined : `certificate: ${certificate}\n`;
  // Few requests have any: one look at each field in place of one for each name.
  for (const name in fields) if (NAMES.has(name)) return (audience ?? '') + asked(fields);
  return audience;
}

/** In one order, whatever that of the fields. */
function asked(fields: Fields): string {
  let text = '';
  for (const name of ASKED_BY) {
    const value = fields[name];
    if (value !== undefined) text += `${name}: ${value}\n`;
  }
  const forwarded = fields['forwarded'];
  if (forwarded === undefined) return text;
  // Addresses of clients and proxies (`for`, `by`) are no part of what was asked.
  const parts = forwarded.match(/\b(?:host|proto)\s*=\s*(?:"[^"]*"|[^;,\s]*)/gi)?.join() ?? '';
  return `${text}forwarded: ${parts.toLowerCase()}\n`;
}
