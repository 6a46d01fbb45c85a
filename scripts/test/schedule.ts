// Which jobs run beside each other. Pure, except for the jobs themselves.
import type { Job, JobResult, Load } from './job.ts';

/** Places for each core. A job of tests that wait for processes, timers and detectors takes one: it uses a third of a core. */
const PLACES_PER_CORE = 3;

/** Loads that may run beside each other; the next phase begins when the last job of the one before has ended. */
const PHASES: readonly (readonly Load[])[] = [['computes', 'waits'], ['paces', 'measures'], ['floods']];

/** Places of a job that keeps a pace. It uses less than half of a core, and none of its neighbours uses what it needs. */
const PACE_PLACES = 2;

/**
 * Runs all jobs: first those that compute and those that wait, side by side; then those that measure, one at a time, beside those
 * that keep a pace; then those that flood the machine, one at a time. The longest of a phase is first. A job that fails does not
 * stop the others.
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
  for (const loads of PHASES) {
    const waiting = jobs
      .filter(({ load }) => loads.includes(load))
      .toSorted((a, b) => b.budgetSeconds - a.budgetSeconds);
    let free = PLACES_PER_CORE * cores;
    const underWay = new Set<Promise<void>>();
    while (waiting.length > 0 || underWay.size > 0) {
      const next = waiting.findIndex((job) => placesOf(job, cores) <= free);
      const [job] = next === -1 ? [] : waiting.splice(next, 1);
      if (job === undefined) {
        await Promise.race(underWay);
        continue;
      }
      const places = placesOf(job, cores);
      free -= places;
      const current: Promise<void> = run(job).then((result) => {
        free += places;
        underWay.delete(current);
        results.push(result);
        onEnd(result);
      });
      underWay.add(current);
    }
  }
  return results;
}

function placesOf({ load }: Job, cores: number): number {
  const all = PLACES_PER_CORE * cores;
  switch (load) {
    case 'waits':
      return 1;
    case 'computes':
      return PLACES_PER_CORE;
    case 'paces':
      return PACE_PLACES;
    case 'measures':
      // Two of them never fit. On two cores one that keeps a pace does.
      return cores === 1 ? all : all - PACE_PLACES;
    default:
      return all;
  }
}
