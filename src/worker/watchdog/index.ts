export { parseMessage, type WatchdogMessage, type WatchdogReport } from './report.ts';
export { SharedState } from './shared-state.ts';
export type { ThreadSetup } from './thread-setup.ts';
export { startWatchdog } from './watched.ts';
