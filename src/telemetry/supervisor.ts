// Figures of the process that answers the scrape: which version it is, since when it runs, and what it costs.
import { counter, gauge, type Metric, type Reading } from './metric.ts';
import type { SupervisorFigures } from './snapshot.ts';

export function supervisorMetrics(figures: SupervisorFigures | undefined): Metric[] {
  const read = (readings: (known: SupervisorFigures) => readonly Reading[]): readonly Reading[] =>
    figures === undefined ? [] : readings(figures);
  return [
    gauge(
      'respite_build_info',
      'Version of Respite, and of the Node.js that the supervisor runs on. Always 1.',
      read(({ version, nodeVersion }) => [[{ version, nodejs_version: nodeVersion }, 1]]),
    ),
    gauge(
      'process_start_time_seconds',
      'When the supervisor was started, in seconds since 1970.',
      read(({ startedAtMs }) => [[{}, startedAtMs / 1000]]),
    ),
    gauge(
      'respite_supervisor_memory_usage_bytes',
      'Resident memory of the supervisor process, in bytes.',
      read(({ rssBytes }) => [[{}, rssBytes]]),
    ),
    counter(
      'respite_supervisor_cpu_time_seconds_total',
      'Processor time that the supervisor process has used, user and system, in seconds.',
      read(({ cpuSeconds }) => [[{}, cpuSeconds]]),
    ),
    counter(
      'respite_supervisor_eventloop_time_seconds_total',
      'Time that the event loop of the supervisor has been active and idle, in seconds.',
      read(({ eventLoopActiveSeconds, eventLoopIdleSeconds }) => [
        [{ nodejs_eventloop_state: 'active' }, eventLoopActiveSeconds],
        [{ nodejs_eventloop_state: 'idle' }, eventLoopIdleSeconds],
      ]),
    ),
  ];
}
