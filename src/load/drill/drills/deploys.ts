// Versions that are deployed.
import type { Drill, Site } from '../contract.ts';
import { START_MS } from './faults.ts';
import { rollingRestart } from './restarting.ts';

/** A version that does not start is taken back within that time, in ms. */
const TAKEN_BACK_MS = 30_000;

const maxMs = ({ facts, status }: Site): number =>
  facts.trialMs + (facts.drainTimeoutMs + START_MS) * (status.workersWanted + 1);

export const DEPLOY_DRILLS: readonly Drill[] = [
  {
    name: 'deploy',
    about: 'a rolling restart of the same version',
    plan: (site) => ({
      hypothesis: {
        text: 'Every worker is replaced, and no client notices; no one is woken.',
        causes: [],
        detectedWithinMs: undefined,
        goodput: 0.9,
        recoveredWithinMs: START_MS,
        replaces: false,
      },
      hold: { until: 'task', maxMs: maxMs(site) },
    }),
    begin: async ({ management, signal }) => ({
      task: rollingRestart(management, signal).then(
        (problem) => problem && `the rolling restart failed: ${problem}`,
      ),
    }),
  },
  {
    name: 'bad-deploy',
    about: 'a rolling restart to a version that does not start',
    plan: (site) => ({
      hypothesis: {
        text: 'The version is taken back, the old one goes on serving, and no client notices; no one is woken.',
        causes: ['deploy-failed'],
        detectedWithinMs: TAKEN_BACK_MS,
        goodput: 0.9,
        recoveredWithinMs: TAKEN_BACK_MS + START_MS,
        replaces: false,
      },
      hold: { until: 'task', maxMs: maxMs(site) },
    }),
    begin: async ({ management, signal }) => ({
      task: rollingRestart(management, signal, '/drill/bad-version').then((problem) =>
        problem === undefined ? 'a version that does not start was deployed' : undefined,
      ),
    }),
  },
];
