// Clients that are too slow, or too many.
import type { LoadOptions } from '../../contract.ts';
import type { Drill, Hypothesis } from '../contract.ts';

/** How long such clients come, in ms. */
const LASTS_MS = 8000;

const FLOOD_TIMES = 5;

const SLOW_CLIENTS_PER_SECOND = 20;
const SLOW_BYTES_PER_SECOND = 256;

/** The generator shares the machine with the server, and only has to send: when exactly does not matter. */
const MAX_LAG_MS = 10_000;

export const CLIENT_DRILLS: readonly Drill[] = [
  clientDrill(
    'slow-clients',
    `${SLOW_CLIENTS_PER_SECOND} clients a second come that read ${SLOW_BYTES_PER_SECOND} bytes a second`,
    () => ({
      rate: SLOW_CLIENTS_PER_SECOND,
      slowReaders: { share: 1, bytesPerSecond: SLOW_BYTES_PER_SECOND },
    }),
    {
      goodput: 0.8,
      text: 'Slow clients cost the others nothing; no worker is replaced, and no one is woken.',
    },
  ),
  clientDrill(
    'flood',
    `${FLOOD_TIMES} times as many requests come as usual`,
    (rate) => ({ rate: FLOOD_TIMES * rate, connections: 500 }),
    {
      goodput: 0.15,
      text: 'What is too much is shed, the rest is served; no worker is replaced, and no one is woken.',
    },
  ),
];

function clientDrill(
  name: string,
  about: string,
  options: (rate: number) => Partial<LoadOptions>,
  expected: Pick<Hypothesis, 'goodput' | 'text'>,
): Drill {
  return {
    name,
    about,
    plan: () => ({
      hypothesis: {
        ...expected,
        causes: ['overload'],
        detectedWithinMs: undefined,
        recoveredWithinMs: 10_000,
        replaces: false,
      },
      hold: { until: 'task', maxMs: 3 * LASTS_MS },
    }),
    begin: async ({ load, site, signal }) => {
      const ended = new AbortController();
      const task = load({
        url: site.url,
        durationMs: LASTS_MS,
        maxLagMs: MAX_LAG_MS,
        insecure: true,
        signal: AbortSignal.any([signal, ended.signal]),
        ...options(site.rate),
      }).then(() => undefined, String);
      return {
        task,
        revert: async () => {
          ended.abort();
          await task;
        },
      };
    },
  };
}
