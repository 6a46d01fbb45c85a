import { type Captured, ON_DEMAND, type OnDemand } from '../supervisor/incidents/evidence/captures.ts';
import { type Answer, json, refusal } from './answer.ts';
import type { Route, RouteContext } from './routes.ts';

/** For how long a profile looks, unless `?seconds=` says otherwise. */
const DEFAULT_SECONDS: Readonly<Record<OnDemand, number>> = {
  stack: 0,
  'heap-profile': 5,
  'cpu-profile': 2,
  'heap-snapshot': 0,
};

const MOST_SECONDS = 60;

const ABOUT: Readonly<Record<OnDemand, string>> = {
  stack: 'where the main thread of ?worker= stands',
  'heap-profile': 'who allocates what stays, in ?worker=, from now on for ?seconds=',
  'cpu-profile': 'what ?worker= does, for ?seconds=',
  'heap-snapshot': 'all that is in the heap of ?worker=, written to the disk; stops it meanwhile',
};

/** `POST /capture/…`. */
export const CAPTURE_ROUTES: readonly (readonly [path: string, route: Route])[] = ON_DEMAND.map((what) => [
  `/capture/${what}`,
  { method: 'POST', about: ABOUT[what], answer: async (context) => capture(context, what) },
]);

async function capture({ supervisor, query, log }: RouteContext, what: OnDemand): Promise<Answer> {
  const workers = supervisor.status().workers.map(({ id }) => id);
  const worker = query.has('worker')
    ? Number(query.get('worker'))
    : workers.length === 1
      ? workers[0]
      : undefined;
  if (worker === undefined) return refusal(400, `say which worker, as ?worker=<id>: ${workers.join(', ')}`);
  if (!workers.includes(worker))
    return refusal(404, `no such worker; there are ${workers.join(', ') || 'none'}`);
  const seconds = query.has('seconds') ? Number(query.get('seconds')) : DEFAULT_SECONDS[what];
  if (!(seconds >= 0 && seconds <= MOST_SECONDS))
    return refusal(400, `seconds must be a number from 0 to ${MOST_SECONDS}`);
  log.info({ worker, what, seconds }, `${what} of worker ${worker}, asked on the management port`);
  try {
    return answerOf(await supervisor.capture(worker, what, seconds), worker);
  } catch (error) {
    log.warn({ err: error, worker, what }, `no ${what} of worker ${worker}`);
    return refusal(503, error instanceof Error ? error.message : String(error));
  }
}

function answerOf(captured: Captured, worker: number): Answer {
  if (captured.kind === 'file') return json(201, { worker, file: captured.file, bytes: captured.bytes });
  return {
    status: 200,
    body: captured.content,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Disposition': `attachment; filename="${captured.fileName}"`,
    },
  };
}
