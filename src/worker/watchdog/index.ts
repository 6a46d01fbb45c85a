export {
  formatMessage,
  type WatchdogCaptured,
  type WatchdogMessage,
  type WatchdogReport,
  type WatchdogStack,
} from './report.ts';
export type { StackFrame } from './stack.ts';
export { SharedState } from './shared-state.ts';
export type { SharedTail } from './shared-tail.ts';
export type { ThreadSetup } from './thread-setup.ts';
export { startWatchdog } from './watched.ts';
