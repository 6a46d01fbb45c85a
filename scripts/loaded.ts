/** The watchdog thread. CommonJS in a file of its own: without the loader of ES modules the thread takes 1.3 MB less. */
export const THREAD = 'worker/watchdog/thread';

/** Modules below `src` that are started as processes and threads, or loaded by name, besides those that users import. */
export const LOADED: readonly string[] = [
  'cli/bin',
  'cli/checks/main',
  'cli/worker-settings/main',
  'load/against/duet/thread',
  'load/generator/thread',
  'load/tune/server/backlog',
  'load/tune/server/overlay',
  'supervisor/instance/supervisor',
  'supervisor/outage/main',
  'worker/drill/bad-version',
  'worker/drill/index',
  'worker/outbound-policies',
  'worker/preload',
  'worker/runtime-figures',
  'worker/script-metrics/index',
  'worker/shape/index',
  'worker/slow-clients',
  'worker/start',
  THREAD,
];
