// Whether `fetch` has decoded a body: it does not say so, and leaves Content-Encoding in place.

/** Statuses without a body (Fetch, 2.2.3). */
export const NULL_BODY_STATUSES: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/** Codings that the `fetch` of this Node.js decodes; zstd since undici 7.11. */
const DECODED: ReadonlySet<string> = new Set([
  'gzip',
  'x-gzip',
  'deflate',
  'br',
  ...(isAtLeast(process.versions['undici'], 7, 11) ? ['zstd'] : []),
]);

/** Whether the body of this response has been decoded. */
export function isDecoded(
  method: string | undefined,
  { status, body }: Pick<Response, 'status' | 'body'>,
  contentEncoding: string | undefined,
): boolean {
  if (body === null || contentEncoding === undefined || contentEncoding === '') return false;
  if (method?.toUpperCase() === 'HEAD' || NULL_BODY_STATUSES.has(status)) return false;
  return isDecodable(contentEncoding);
}

/** Whether `fetch` knows all codings; where it does not know one, it decodes none. */
export function isDecodable(contentEncoding: string): boolean {
  return contentEncoding
    .toLowerCase()
    .split(',')
    .every((coding) => DECODED.has(coding.trim()));
}

function isAtLeast(version: string | undefined, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = (version ?? '').split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
