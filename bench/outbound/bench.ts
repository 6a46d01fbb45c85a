// What respite/client does for the services that it calls, with real processes.
import type { Benchmark, Context, Goal, Outcome } from '../lib/benchmark.ts';
import { SITUATIONS } from './situations.ts';

/** Of the times, with quick settings. */
const QUICK = 0.2;

export const outbound: Benchmark = {
  name: 'outbound',
  summary:
    'outages, stalls, floods and recoveries of services that respite/client calls, between real processes',
  pinned: true,
  measures: ['src/client'],
  spread: 'one run of each situation',
  filters: { situation: SITUATIONS.map(({ name }) => name) },
  async run({ quick, filters, say }: Context): Promise<Outcome> {
    const { situation: wanted } = filters;
    const chosen = SITUATIONS.filter(({ name }) => wanted?.includes(name) ?? true);
    const goals: Goal[] = [];
    for (const { name, run } of chosen) {
      const own = await run(quick ? QUICK : 1);
      goals.push(...own);
      say(`${name}: ${own.map(({ figure }) => figure).join(', ')}`);
    }
    return {
      goals,
      tables: [],
      notes: [
        'Services run on one core and their callers on the other. Callers call at a steady rate, whatever the answers do.',
        'Attempts are counted by the service that gets them, calls by their callers.',
      ],
      settings: { situations: chosen.map(({ name }) => name).join(', ') },
      measurements: goals,
    };
  },
};
