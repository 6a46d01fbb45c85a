import { RespiteError } from '../../core/errors.ts';
import type { LoadResult } from '../contract.ts';
import type { Stage } from './contract.ts';
import { MAX_LAG_MS } from './steady-load.ts';

/** Requests per second at the most, and for how long, to see whether the steady load would be served. */
const FEW_PER_SECOND = 20;
const FOR_MS = 1000;

/**
 * Rejects with `RESPITE_DRILL_TARGET` when the server serves no request of the steady load before any fault: it would look as if the fault
 * were to blame.
 */
export async function assertServed({ load, site, signal }: Omit<Stage, 'management'>): Promise<void> {
  const { url, like, rate } = site;
  const result = await load({
    url,
    ...(like === undefined ? { rate: Math.min(rate, FEW_PER_SECOND) } : { like }),
    durationMs: FOR_MS,
    maxLagMs: MAX_LAG_MS,
    // A test server's certificate is its own.
    insecure: true,
    signal,
  });
  const { offered, good, late } = result;
  if (signal.aborted || offered === 0 || good + late > 0) return;
  throw new RespiteError(
    'RESPITE_DRILL_TARGET',
    `${url.href} serves none of ${offered} requests (${endingsOf(result)}); --path names another path, --url another server`,
  );
}

function endingsOf({ refusedBy, failedBy }: LoadResult): string {
  return Object.entries({ ...refusedBy, ...failedBy })
    .map(([name, times]) => `${name} ${times}`)
    .join(', ');
}
