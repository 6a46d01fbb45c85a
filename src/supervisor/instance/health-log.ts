import type { IndicatorReport } from '../../core/health-link.ts';
import type { Log } from '../log.ts';

/**
 * Says what has changed: down, up again, slow.
 *
 * @param worker Whose indicators they are; undefined for the supervisor's own.
 */
export function logHealth(
  log: Log,
  after: readonly IndicatorReport[],
  before: readonly IndicatorReport[],
  worker?: number,
): void {
  for (const now of after) {
    const then = before.find(({ name }) => name === now.name);
    if (then !== undefined && then !== now) logChange(log, now, then, worker);
  }
}

function logChange(log: Log, now: IndicatorReport, then: IndicatorReport, worker: number | undefined): void {
  const { name, peer, status, critical, error, trouble, durationMs } = now;
  const who = `${worker === undefined ? '' : `worker ${worker}: `}${name}${peer === undefined ? '' : ` at ${peer}`}`;
  const fields = { indicator: name, peer, critical, ...(worker === undefined ? {} : { worker }) };
  if (status !== then.status) {
    const seconds = ((now.sinceMs - then.sinceMs) / 1000).toFixed(1);
    if (status === 'DOWN') {
      const message = `${who} is ${trouble === 'disk-full' ? 'full' : 'down'}: ${error ?? 'no reason given'}`;
      if (critical) log.error({ ...fields, cause: trouble }, message);
      else log.warn({ ...fields, cause: trouble }, message);
    } else if (status === 'OUT_OF_SERVICE') {
      log.warn(fields, `${who} is out of service`);
    } else if (status === 'UP' && then.status !== 'UNKNOWN') {
      log.info(fields, `${who} is up again, after ${seconds} s`);
    }
  } else if (now.slowSinceMs !== undefined && then.slowSinceMs === undefined) {
    log.warn({ ...fields, cause: trouble }, `${who} is slow: ${Math.round(durationMs ?? 0)} ms`);
  } else if (now.slowSinceMs === undefined && then.slowSinceMs !== undefined && status === 'UP') {
    log.info(fields, `${who} is no longer slow`);
  }
}
