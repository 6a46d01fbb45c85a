// How it is, in words, and what to do next: for a look of two seconds.
import type { SupervisorStatus } from '../../supervisor/index.ts';
import type { Verdict } from './protocol.ts';

/** Requests a second, as of the last seconds. */
export interface Recent {
  readonly served: number;
  readonly wouldRefuse: number;
  /** By reason. */
  readonly refused: Readonly<Record<string, number>>;
}

const DAY_MS = 24 * 3600 * 1000;

const BECAUSE: Readonly<Record<string, string>> = {
  priority: 'to make room for more important ones',
  'in-flight': 'too many requests are in flight',
  bytes: 'too many bytes of request bodies are in flight',
  turn: 'the event loop is too busy to come to them in time',
  cost: 'as many costly requests as the processor can run at once are in flight',
  deadline: 'their callers wait no longer',
  quarantine: 'requests like them have ended workers',
  connection: 'connections are closed unread',
  'no-worker': 'no worker takes requests',
};

/** What to do when requests are shed mostly for this reason. */
const NEXT: Readonly<Record<string, string>> = {
  priority: 'Add an instance if this lasts.',
  'in-flight': 'Look for a slow dependency or a full pool, then add an instance.',
  bytes: 'Add an instance, or raise the body budget if memory is left.',
  turn: 'Capture a CPU profile of a worker, then add a worker or an instance.',
  deadline: 'Compare the deadlines of the callers with the latency.',
  quarantine: 'Open the incident: it names the request.',
  connection: 'Check which clients connect.',
  'no-worker': 'Open the incident of the last worker.',
};

const OPEN_THE_INCIDENT = 'The incident below has the evidence.';

/** @param unready Names of what is down and keeps the instance from being ready. */
export function verdictOf(
  status: SupervisorStatus,
  recent: Recent,
  unready: readonly string[],
  nowMs: number,
): Verdict {
  const { state, workers, workersWanted, incidents } = status;
  const ready = workers.filter((worker) => worker.state === 'ready').length;
  const open = incidents.filter(({ endedAtMs }) => endedAtMs === undefined);
  const refused = Object.values(recent.refused).reduce((sum, perSecond) => sum + perSecond, 0);
  const say = (level: Verdict['level'], title: string, ...detail: readonly string[]): Verdict => ({
    level,
    title,
    detail: detail.filter((part) => part !== '').join(' '),
  });
  if (state === 'stopping') return say('down', 'Stopping', 'Requests in flight are finished first.');
  if (state === 'starting') return say('starting', 'Starting', 'The first worker is not ready yet.');
  if (ready === 0) {
    const { isPresent } = status.fallbackResponder;
    return say(
      'down',
      'No worker takes requests',
      isPresent ? 'Clients get 503 at once and may come again.' : 'Connections wait for the next one.',
      incidentLine(open),
      open.length > 0 ? OPEN_THE_INCIDENT : '',
    );
  }
  if (state === 'draining') return say('leaving', 'Leaving the load balancer', 'Requests are still served.');
  const places = workers.filter(({ slot }) => slot <= workersWanted);
  const isFirst = places.every(({ restarts }) => restarts === 0) && places.length === workersWanted;
  if (
    open.length === 0 &&
    ready < workersWanted &&
    isFirst &&
    workers.every((worker) => worker.state !== 'unresponsive')
  ) {
    return say('starting', 'Starting', `${ready} of ${workersWanted} workers take requests.`);
  }
  if (open.length > 0 || ready < workersWanted) {
    const of = `${ready} of ${workersWanted} workers ${workersWanted === 1 ? 'takes' : 'take'} requests.`;
    return say('healing', 'Healing', incidentLine(open), of, open.length > 0 ? OPEN_THE_INCIDENT : '');
  }
  if (unready.length > 0) {
    return say(
      'down',
      'Not ready',
      `${unready.join(', ')}: down, and the load balancer sees that. The error is under Health.`,
    );
  }
  if (refused >= 0.5)
    return say('refusing', 'Refusing', refusing(recent, refused), healedLine(incidents, nowMs));
  const served = `${rate(recent.served)} requests a second are served, none is refused.`;
  const wouldRefuse =
    recent.wouldRefuse >= 0.5
      ? `Dry run: ${rate(recent.wouldRefuse)} requests a second would be refused.`
      : status.dryRun
        ? 'Dry run: nothing would be refused.'
        : '';
  return say('well', 'Healthy', wouldRefuse === '' ? served : wouldRefuse, healedLine(incidents, nowMs));
}

function refusing({ served, refused }: Recent, total: number): string {
  const [reason = ''] = Object.entries(refused).toSorted(([, a], [, b]) => b - a)[0] ?? [];
  const share = Math.round((100 * total) / (total + served));
  return `${rate(total)} of ${rate(total + served)} requests a second (${share} %), mostly ${reason === 'priority' ? '' : 'since '}${BECAUSE[reason] ?? reason}. ${NEXT[reason] ?? ''}`.trimEnd();
}

function incidentLine(open: SupervisorStatus['incidents']): string {
  const last = open.at(-1);
  if (last === undefined) return '';
  const where = last.worker.id === 0 ? '' : ` in worker ${last.worker.id}`;
  const more = open.length > 1 ? `, and ${open.length - 1} more` : '';
  return `${words(last.cause)}${where}${more}.`;
}

/** What has healed by itself lately. */
function healedLine(incidents: SupervisorStatus['incidents'], nowMs: number): string {
  const healed = incidents.filter(
    ({ endedAtMs, outcome }) => outcome !== 'unresolved' && (endedAtMs ?? 0) > nowMs - DAY_MS,
  ).length;
  return healed === 0
    ? ''
    : `${healed} ${healed === 1 ? 'fault has' : 'faults have'} healed in the last 24 hours.`;
}

/** `event-loop-blocked` as the beginning of a sentence. */
function words(cause: string): string {
  const text = cause.replaceAll('-', ' ');
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function rate(value: number): string {
  return value < 9.95 ? String(Number(value.toFixed(1))) : Math.round(value).toLocaleString('en-US');
}
