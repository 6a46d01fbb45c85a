export { receiveFromChild, send } from './channel.ts';
export { decodeToSupervisor, parseMessage } from './decode.ts';
export type { DrillOrder, InjectedFault } from './drill/order.ts';
export type { TcpHandle } from './handles.ts';
export { SHAPE_CELLS, type ShapeBatch, shapeRoute } from './shape/batch.ts';
export type { ExitWord, ToldError, UncaughtError } from './last-words.ts';
export {
  type BoundAddress,
  type ReadyCondition,
  type SlotOwner,
  type SocketKey,
  type ToSupervisor,
  type ToWorker,
  type WorkerSetup,
} from './protocol.ts';
export { type CaptureCommand, type CaptureKind, CAPTURES, type WatchdogCommand } from './watchdog/command.ts';
export type { InFlightRoute } from './insight.ts';
export {
  type StackFrame,
  type WatchdogCaptured,
  type WatchdogMessage,
  type WatchdogReport,
  type WatchdogStack,
} from './watchdog/index.ts';
export { Gap } from './watchdog/gap.ts';
export type {
  QuarantineRule,
  QuarantineRules,
  QuarantineScope,
  Suspect,
  TenantRates,
} from '../admission/index.ts';
export type { Traffic, Unanswered, UsualWait, WaitingRoute } from '../admission/index.ts';
export type {
  DurationExemplar,
  DurationHistogram,
  DurationSeries,
  ReportedCounters,
  SentExemplar,
  SentSample,
  WorkerSample,
} from './sample.ts';
export type { RuntimeFigures } from './runtime-figures.ts';
export { slotOf } from './listening/index.ts';
export type { ScriptFamily } from './script-metrics/script-family.ts';
export { SAMPLE_INTERVAL_MS } from './sampler.ts';
