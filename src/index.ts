export {
  addPressureSignal,
  type AdmissionCount,
  type AdmissionOptions,
  type AdmissionStats,
  type BuiltInSignal,
  type CostOf,
  type Criticality,
  type CriticalityHeader,
  type Decision,
  type IdentityOf,
  type LimitOptions,
  type LoadReports,
  type PressureSignal,
  type PriorityOptions,
  type RoutePolicy,
  type ShedCors,
  type ShedReason,
  type ShedResponseOptions,
  type ShedStatus,
  type SignalOption,
  type SignalOptions,
  type SignalPressure,
  type Thresholds,
  type TurnBudgetOptions,
} from './admission/index.ts';
export { protect, type Protection } from './admission/protect.ts';
export { type DrainCallback, type DrainNotice, onDrain } from './core/drain-notice.ts';
export { type MetricsRegistry, shareRegistry } from './core/registry-link.ts';
export { RespiteError, type RespiteErrorCode } from './core/errors.ts';
