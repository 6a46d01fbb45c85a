// Which jobs run beside each other. Pure, but for the jobs themselves.
import type { Job, JobResult, Load } from './job.ts';

/** Places that a job of this load takes, of {@link PLACES_PER_CORE} for each core. */
const PLACES: Readonly<Record<Exclude<Load, 'measures'>, number>> = { computes: 2, waits: 1 };

/** Tests that wait for processes, timers and detectors use a small part of a core. */
const PLACES_PER_CORE = 2;

/**
 * Runs all jobs: first those that compute and those that wait, side by side, the longest first; then those that measure,
 * one at a time. A job that fails does not stop the others.
 *
 * @param onEnd Called with each result as it comes.
 */
export async function runAll(
  jobs: readonly Job[],
  cores: number,
  run: (job: Job) => Promise<JobResult>,
  onEnd: (result: JobResult) => void,
): Promise<JobResult[]> {
  const results: JobResult[] = [];
  const end = (result: JobResult): void => {
    results.push(result);
    onEnd(result);
  };
  const waiting = jobs
    .filter(({ load }) => load !== 'measures')
    .toSorted((a, b) => b.budgetSeconds - a.budgetSeconds);
  let free = PLACES_PER_CORE * cores;
  const underWay = new Set<Promise<void>>();
  while (waiting.length > 0 || underWay.size > 0) {
    const next = waiting.findIndex((job) => placesOf(job) <= free);
    const [job] = next === -1 ? [] : waiting.splice(next, 1);
    if (job === undefined) {
      await Promise.race(underWay);
      continue;
    }
    free -= placesOf(job);
    const current: Promise<void> = run(job).then((result) => {
      free += placesOf(job);
      underWay.delete(current);
      end(result);
    });
    underWay.add(current);
  }
  for (const job of jobs) if (job.load === 'measures') end(await run(job));
  return results;
}

function placesOf({ load }: Job): number {
  return load === 'measures' ? 0 : PLACES[load];
}
