// Made from deploy/prometheus/respite.rules.yaml by npm run drill-rules.
import type { RuleGroup } from './rules.ts';

export const SHIPPED_RULES: readonly RuleGroup[] = [
  {
    name: 'respite-goodput',
    intervalMs: 30000,
    rules: [
      {
        record: 'respite:error_budget',
        expr: 'vector(0.001)',
      },
      {
        record: 'job:respite_requests:rate5m',
        expr: 'sum by (job) (rate(http_server_request_duration_seconds_count{http_response_status_code!="429"}[5m])) + sum by (job) (rate(respite_admission_connections_refused_total[5m])) + sum by (job) (rate(respite_fallback_responses_total[5m]))',
      },
      {
        record: 'job:respite_requests_good:rate5m',
        expr: 'sum by (job) (rate(http_server_request_duration_seconds_count{http_response_status_code!~"429|5.."}[5m])) or 0 * job:respite_requests:rate5m',
      },
      {
        record: 'job:respite_requests_bad:rate5m',
        expr: 'clamp_min(job:respite_requests:rate5m - job:respite_requests_good:rate5m, 0)',
      },
      {
        record: 'job:respite_requests_bad:ratio_rate5m',
        expr: 'job:respite_requests_bad:rate5m / job:respite_requests:rate5m',
      },
      {
        record: 'job:respite_requests_bad:ratio_rate30m',
        expr: 'sum_over_time(job:respite_requests_bad:rate5m[30m]) / sum_over_time(job:respite_requests:rate5m[30m])',
      },
      {
        record: 'job:respite_requests_bad:ratio_rate1h',
        expr: 'sum_over_time(job:respite_requests_bad:rate5m[1h]) / sum_over_time(job:respite_requests:rate5m[1h])',
      },
      {
        record: 'job:respite_requests_bad:ratio_rate6h',
        expr: 'sum_over_time(job:respite_requests_bad:rate5m[6h]) / sum_over_time(job:respite_requests:rate5m[6h])',
      },
      {
        record: 'job:respite_requests_bad:ratio_rate3d',
        expr: 'sum_over_time(job:respite_requests_bad:rate5m[3d]) / sum_over_time(job:respite_requests:rate5m[3d])',
      },
      {
        alert: 'RespiteGoodputBurnsFast',
        expr: 'job:respite_requests_bad:ratio_rate1h > 14.4 * scalar(respite:error_budget) and job:respite_requests_bad:ratio_rate5m > 14.4 * scalar(respite:error_budget) and 60 * sum_over_time(job:respite_requests_bad:rate5m[1h:1m]) >= 10',
        severity: 'page',
      },
      {
        alert: 'RespiteGoodputBurns',
        expr: 'job:respite_requests_bad:ratio_rate6h > 6 * scalar(respite:error_budget) and job:respite_requests_bad:ratio_rate30m > 6 * scalar(respite:error_budget) and 60 * sum_over_time(job:respite_requests_bad:rate5m[6h:1m]) >= 10',
        severity: 'page',
      },
      {
        alert: 'RespiteGoodputBurnsSlowly',
        expr: 'job:respite_requests_bad:ratio_rate3d > scalar(respite:error_budget) and job:respite_requests_bad:ratio_rate6h > scalar(respite:error_budget) and 300 * sum_over_time(job:respite_requests_bad:rate5m[3d:5m]) >= 10',
        severity: 'ticket',
      },
    ],
  },
  {
    name: 'respite-refused',
    intervalMs: 30000,
    rules: [
      {
        record: 'job_criticality:respite_admission_requests:rate5m',
        expr: 'sum by (job, criticality) (rate(respite_admission_requests_total{decision!="shed"}[5m]))',
      },
      {
        record: 'job_criticality:respite_admission_shed:rate5m',
        expr: 'sum by (job, criticality) (rate(respite_admission_requests_total{decision="shed", reason!="deadline"}[5m]))',
      },
      {
        record: 'job_criticality:respite_admission_shed:ratio_rate5m',
        expr: 'job_criticality:respite_admission_shed:rate5m / (job_criticality:respite_admission_shed:rate5m + job_criticality:respite_admission_requests:rate5m or job_criticality:respite_admission_shed:rate5m)',
      },
      {
        alert: 'RespiteCriticalRefused',
        expr: 'job_criticality:respite_admission_shed:ratio_rate5m{criticality=~"critical|critical-plus"} > 0.01',
        forMs: 300000,
        severity: 'page',
      },
      {
        alert: 'RespiteSheddableRefusedForLong',
        expr: 'job_criticality:respite_admission_shed:ratio_rate5m{criticality=~"sheddable|sheddable-plus"} > 0.1',
        forMs: 3600000,
        severity: 'ticket',
      },
      {
        alert: 'RespiteDryRunWouldRefuse',
        expr: 'sum by (job) (rate(respite_admission_requests_total{decision="would-shed"}[5m])) / sum by (job) (rate(respite_admission_requests_total[5m])) > 0.01',
        forMs: 900000,
        severity: 'ticket',
      },
    ],
  },
  {
    name: 'respite-healing',
    intervalMs: 30000,
    rules: [
      {
        alert: 'RespiteNoWorkerReady',
        expr: 'sum by (job, instance) (respite_workers{state="ready"}) == 0',
        forMs: 60000,
        severity: 'page',
      },
      {
        alert: 'RespiteInstanceGone',
        expr: 'up == 0 and on (job, instance) last_over_time(respite_workers{state="ready"}[1d])',
        forMs: 120000,
        severity: 'page',
      },
      {
        alert: 'RespiteCrashLoop',
        expr: 'sum by (job, instance, cause) (respite_incidents_open{cause=~"crash|start-failed|killed-by-kernel"}) > 0',
        forMs: 180000,
        severity: 'page',
      },
      {
        alert: 'RespiteHealedAgainAndAgain',
        expr: 'sum by (job, instance, cause) (increase(respite_worker_restarts_total{cause!="rolling"}[1h])) > 2.5',
        severity: 'ticket',
      },
      {
        alert: 'RespiteIncidentLasts',
        expr: 'sum by (job, instance, cause) (respite_incidents_open{cause!~"crash|start-failed|killed-by-kernel"}) > 0',
        forMs: 900000,
        severity: 'ticket',
      },
      {
        alert: 'RespiteIndicatorDown',
        expr: 'count by (job, indicator) (min by (job, instance, indicator) (respite_health_status) == 0)',
        forMs: 120000,
        severity: 'ticket',
      },
    ],
  },
  {
    name: 'respite-slow-clients',
    intervalMs: 30000,
    rules: [
      {
        alert: 'RespiteWriteBudgetFull',
        expr: 'max by (job, instance) (respite_admission_pressure{signal="write-budget"}) >= 0.9 or sum by (job, instance) (increase(respite_backpressure_evictions_total{reason=~"budget|hard-limit"}[5m])) > 0',
        forMs: 300000,
        severity: 'ticket',
      },
      {
        alert: 'RespiteSlowClientsEvicted',
        expr: 'sum by (job) (increase(respite_backpressure_evictions_total{reason="slow-peer"}[15m])) > 0.1 * sum by (job) (avg_over_time(respite_backpressure_channels[15m]))',
        forMs: 900000,
        severity: 'ticket',
      },
    ],
  },
  {
    name: 'respite-cache',
    intervalMs: 30000,
    rules: [
      {
        alert: 'RespiteCacheStoreFails',
        expr: 'sum by (job) (rate(respite_cache_store_errors_total[5m])) / sum by (job) (rate(respite_cache_store_operations_total[5m])) > 0.05',
        forMs: 300000,
        severity: 'ticket',
      },
    ],
  },
  {
    name: 'respite-other-services',
    intervalMs: 30000,
    rules: [
      {
        alert: 'RespiteServiceFails',
        expr: 'sum by (job, peer) (rate(respite_client_requests_total{outcome=~"5xx|no-response"}[5m])) / sum by (job, peer) (rate(respite_client_requests_total[5m])) > 0.2 and sum by (job, peer) (rate(respite_client_requests_total[5m])) > 0.1',
        forMs: 300000,
        severity: 'ticket',
      },
    ],
  },
  {
    name: 'respite-utilization',
    intervalMs: 15000,
    rules: [
      {
        record: 'job:respite_utilization:avg',
        expr: 'avg by (job) (respite_utilization)',
      },
    ],
  },
  {
    name: 'respite-headroom',
    intervalMs: 30000,
    rules: [
      {
        alert: 'RespiteHeadroomLow',
        expr: 'min by (job) (respite_headroom_ratio) < 1.3',
        forMs: 3600000,
        severity: 'ticket',
      },
    ],
  },
];
