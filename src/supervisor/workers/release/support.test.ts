// What tests of releases need.
import { resolveAdmissionOptions } from '../../../admission/index.ts';
import type { Release } from './release.ts';
import type { WorkerSettings } from './settings.ts';

export const SETTINGS: WorkerSettings = {
  admission: resolveAdmissionOptions(),
  backpressure: undefined,
  client: undefined,
  heapMb: undefined,
  nodeArgs: [],
  warmUp: [],
  ready: 'listen',
  env: {},
};

export function release(file: string, settings: Partial<WorkerSettings> = {}): Release {
  return {
    script: '/current/a.js',
    entry: '/current/a.js',
    file: `/${file}/a.js`,
    directory: `/${file}`,
    settings: { ...SETTINGS, ...settings },
  };
}
