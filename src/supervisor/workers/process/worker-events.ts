import type { IndicatorReport } from '../../../core/health-link.ts';
import type {
  Suspect,
  TcpHandle,
  ToSupervisor,
  Traffic,
  WaitingRoute,
  WatchdogReport,
  WatchdogStack,
} from '../../../worker/index.ts';
import type { Exit } from './worker-end.ts';

/** What happens to a worker process. */
export interface WorkerEvents {
  ready: [];
  /** It is a standby now: it lacks nothing but a place. */
  warm: [];
  /** It listens on one more socket, or what it waits for before it accepts has changed. */
  listens: [];
  message: [message: ToSupervisor, handle: TcpHandle | undefined];
  userMessage: [message: unknown, handle: unknown];
  /** What its health indicators have found, and what they had found before. */
  health: [after: readonly IndicatorReport[], before: readonly IndicatorReport[]];
  /** What has become of its requests in the last second, unless there were none. */
  traffic: [traffic: Traffic];
  /** Four times a second from the watchdog thread, also while the worker's event loop is blocked. */
  report: [report: WatchdogReport];
  /** Where its event loop is blocked. */
  stack: [stack: WatchdogStack];
  /** The request that it is at, while its event loop is blocked or it is about to end. */
  suspect: [suspect: Suspect, isEnding: boolean];
  /** Something that it said could not be understood, or not be acted upon. */
  misunderstood: [error: unknown];
  /** It has been draining for a second, and may for so much longer. */
  'slow-drain': [forMs: number];
  /** Its time to drain was over, and these requests had no answer. */
  cut: [routes: readonly WaitingRoute[]];
  exit: [exit: Exit];
}
