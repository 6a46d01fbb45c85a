// Names of resources and their variants, in stores and among requests in flight.
import { hash } from 'node:crypto';
import type { Fields } from '../../http/fields.ts';
import { varyValues } from '../../http/vary.ts';

/**
 * The authority that a request names by `:authority` or `Host`, in lower case, if it isn't that of the URL. It belongs to the
 * target URI (RFC 9110, 7.1), so it belongs to the key: one server holds the pages of many hosts.
 */
export function foreignHost(url: string, fields: Fields): string | undefined {
  const { ':authority': authority, host } = fields;
  if (authority === undefined && host === undefined) return undefined;
  const named = (authority ?? host ?? '').toLowerCase();
  // A server may believe either; a request that says both is for the pair.
  if (authority !== undefined && host !== undefined && host.toLowerCase() !== named)
    return `${named} ${host.toLowerCase()}`;
  return named === new URL(url).host ? undefined : named;
}

/** The key of a resource: its URL as it is sent, and the foreign host, whose length keeps it apart from what follows. */
export function resourceKey(url: string, host: string | undefined): string {
  return host === undefined ? url : `${host.length} ${host} ${url}`;
}

/**
 * The key of a resource as one part of the clients sees it. Which part is in it as a digest, since it can be secret. No resource has
 * such a key of its own, as those begin with a scheme or a number.
 */
export function partitionKey(
  target: string,
  { user, audience }: { readonly user: string | undefined; readonly audience: string | undefined },
): string {
  const parts = JSON.stringify([user ?? null, audience ?? null]);
  return `partition ${hash('sha256', parts, 'base64url')} ${target}`;
}

/** The tag by which all partitions of a resource are invalidated together: they can't be listed. */
export function partitionsTag(target: string): string {
  return `partitions ${hash('sha256', target, 'base64url')}`;
}

/**
 * What a request says in the fields that select a variant, as a digest: short, and opaque, as the values can be credentials
 * (`Vary: Cookie`) and the digest stands in stores that many can read.
 */
export function variantDigest(names: readonly string[], fields: Fields): string {
  return hash('sha256', varyValues(names, fields), 'base64url');
}
