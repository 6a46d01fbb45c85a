export {
  type AdmissionCount,
  type AdmissionOptions,
  type AdmissionStats,
  type CostOf,
  type Criticality,
  type Decision,
  protect,
  type Protection,
  type RoutePolicy,
  type ShedReason,
} from './admission/index.ts';
export { RespiteError, type RespiteErrorCode } from './core/errors.ts';
