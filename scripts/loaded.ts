/** Modules below `src` that are started as processes and threads, or loaded by name, besides those that users import. */
export const LOADED: readonly string[] = [
  'cli/bin',
  'cli/checks/main',
  'cli/worker-settings/main',
  'load/generator/thread',
  'load/tune/server/backlog',
  'load/tune/server/overlay',
  'supervisor/instance/supervisor',
  'supervisor/outage/main',
  'worker/await-sockets',
  'worker/outbound-policies',
  'worker/preload',
  'worker/runtime-figures',
  'worker/script-metrics/index',
  'worker/slow-clients',
  'worker/start',
  'worker/watchdog/thread',
];
