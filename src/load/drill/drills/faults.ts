// Drills of one fault each that the supervisor injects into workers.
import type { LoadOptions } from '../../contract.ts';
import type { DrillRequest, Incident } from '../../../supervisor/index.ts';
import type { Begun, Drill, Hypothesis, Plan, Prepared, Site, Stage } from '../contract.ts';

/** Time that a worker has to start, in ms, in everything that is expected of a restart: generous, for a machine that is busy. */
export const START_MS = 15_000;

/** How long the steady load goes on after an expected detection, before the drill gives up, in ms. */
const HEAL_MS = 45_000;

/** Maximum duration of requests beside the steady load, in ms; they end with the fault. */
const BESIDE_MAX_MS = 300_000;

export interface FaultDrill {
  readonly name: Drill['name'];
  readonly about: string;
  readonly fault: DrillRequest;
  readonly lacks?: Drill['lacks'];
  readonly prepare?: ((stage: Stage) => Promise<Prepared>) | undefined;
  /** What the incident is called; one of these. */
  readonly causes: readonly Incident['cause'][];
  /** Maximum time from the fault to the incident, in ms. */
  readonly detectedWithinMs: (site: Site) => number;
  /** Minimum share of requests that are served in time, with one worker and with several. */
  readonly goodput: readonly [one: number, several: number];
  readonly hold?: ((site: Site) => Plan['hold']) | undefined;
  /** Requests beside the steady load. Default: none. */
  readonly beside?: Partial<LoadOptions> | undefined;
  /** Default: workers are replaced. */
  readonly replaces?: boolean;
  /** Default: the time for the detection, and a start. */
  readonly recoveredWithinMs?: ((site: Site) => number) | undefined;
}

/** A drill that injects a fault, and reverts it when Respite has healed it. */
export function faultDrill(given: FaultDrill): Drill {
  const { name, about, fault, lacks, prepare, causes, detectedWithinMs, goodput, replaces = true } = given;
  return {
    name,
    about,
    lacks,
    prepare,
    plan: (site) => {
      const bound = detectedWithinMs(site);
      const hypothesis: Omit<Hypothesis, 'text'> = {
        causes,
        detectedWithinMs: bound,
        goodput: goodput[site.status.workersWanted > 1 ? 1 : 0],
        recoveredWithinMs: given.recoveredWithinMs?.(site) ?? bound + site.facts.drainTimeoutMs + START_MS,
        replaces,
      };
      const then = replaces ? 'replaces what is broken' : 'replaces nothing';
      const text = `Respite names ${causes.join(' or ')} within ${Math.round(bound / 1000)} s and ${then}; no one is woken.`;
      const hold = given.hold?.(site) ?? {
        until: 'healed' as const,
        maxMs: bound + site.facts.stableMs + HEAL_MS,
      };
      return { hypothesis: { ...hypothesis, text }, hold };
    },
    begin: async ({ management, load, site, signal }): Promise<Begun> => {
      const { workers, revert } = await management.inject(fault);
      const ended = new AbortController();
      const beside =
        given.beside &&
        load({
          url: site.url,
          durationMs: BESIDE_MAX_MS,
          maxLagMs: BESIDE_MAX_MS,
          signal: AbortSignal.any([signal, ended.signal]),
          ...given.beside,
        }).catch(() => {});
      return {
        pids: workers.map(({ pid }) => pid),
        revert: async () => {
          await revert();
          ended.abort();
          await beside;
        },
      };
    },
  };
}

export function needsSecondWorker({ status: { workersWanted } }: Site): string | undefined {
  return workersWanted > 1
    ? undefined
    : 'needs a second worker, which serves meanwhile: start with --workers 2';
}
