import type { Drill } from '../contract.ts';
import { CLIENT_DRILLS } from './clients.ts';
import { DEPENDENCY_DRILLS } from './dependencies.ts';
import { DEPLOY_DRILLS } from './deploys.ts';
import { PROCESS_DRILLS } from './processes.ts';
import { RESOURCE_DRILLS } from './resources.ts';

/** How long nothing is done to the instance, in ms. */
const CONTROL_MS = 15_000;

/** Nothing is wrong, and nothing may be found. */
export const CONTROL: Drill = {
  name: 'control',
  about: 'nothing: what is found now would be found without a fault',
  plan: () => ({
    hypothesis: {
      text: 'Nothing is found: no incident, no worker replaced, no one woken.',
      causes: [],
      detectedWithinMs: undefined,
      goodput: 0.9,
      recoveredWithinMs: 10_000,
      replaces: false,
    },
    hold: { until: 'time', maxMs: CONTROL_MS },
  }),
  begin: async () => ({}),
};

/** Every drill, in the order in which they are carried out. */
export const DRILLS: readonly Drill[] = [
  CONTROL,
  ...PROCESS_DRILLS,
  ...RESOURCE_DRILLS,
  ...DEPENDENCY_DRILLS,
  ...CLIENT_DRILLS,
  ...DEPLOY_DRILLS,
];
