import { targetOf } from '../target.ts';
import { spokenAt } from './spoken.ts';

/** What to try at an `http:` URL whose server answered no request; undefined where nothing is known. */
export async function protocolHint(url: URL): Promise<string | undefined> {
  // The run already had permission to send requests there.
  const spoken = await spokenAt(await targetOf(url, true, true)).catch(() => undefined);
  if (spoken === 'TLS') return 'it speaks TLS: try https:';
  return spoken && 'it speaks HTTP/2: try --h2';
}
