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
  type PressureSignal,
  type PriorityOptions,
  protect,
  type Protection,
  type RoutePolicy,
  type ShedCors,
  type ShedReason,
  type ShedResponseOptions,
  type SignalOption,
  type SignalPressure,
  type Thresholds,
} from './admission/index.ts';
export { type DrainCallback, type DrainNotice, onDrain } from './core/drain-notice.ts';
export { type MetricsRegistry, shareRegistry } from './core/registry-link.ts';
export { RespiteError, type RespiteErrorCode } from './core/errors.ts';
