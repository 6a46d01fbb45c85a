// The endpoints of `respite drill`: what the instance allows, and faults that last as long as the connection that asked for them.
import { RespiteError } from '../core/errors.ts';
import { DRILL_FAULTS, type DrillFault, type DrillRequest, type Drills } from '../supervisor/index.ts';
import { type Answer, json, refusal, type Streamed } from './answer.ts';
import { beginRestart } from './restart.ts';
import type { Route, RouteContext } from './routes.ts';

const BODY_RULE = `the body must be {"fault": …}, with one of ${DRILL_FAULTS.join(', ')}, and optionally "everywhere", "dependency" and "port"`;

/** What an error of the supervisor means to the caller. */
const STATUSES: Readonly<Record<string, number>> = {
  RESPITE_SUPERVISOR_DRILLS_NOT_ALLOWED: 403,
  RESPITE_SUPERVISOR_DRILL_IMPOSSIBLE: 409,
};

export const DRILL_ROUTES: readonly (readonly [path: string, route: Route])[] = [
  [
    '/drill',
    {
      method: 'GET',
      about: 'what drills have to know of the instance',
      access: 'authenticated',
      answer: async (context) => withDrills(context, async (drills) => json(200, await drills.facts())),
    },
  ],
  [
    '/drill/fault',
    {
      method: 'POST',
      about: 'inject {"fault": …} for as long as the connection stays open',
      answer: async (context) => withDrills(context, async (drills) => inject(context, drills)),
    },
  ],
  [
    '/drill/bad-version',
    {
      method: 'POST',
      about: 'a rolling restart to a version that does not start',
      answer: async (context) =>
        withDrills(context, async ({ badVersion }) => beginRestart(context, badVersion)),
    },
  ],
];

async function withDrills(
  { supervisor }: RouteContext,
  answer: (drills: Drills) => Promise<Answer | Streamed>,
): Promise<Answer | Streamed> {
  try {
    return await answer(await supervisor.drills());
  } catch (error) {
    const status = error instanceof RespiteError ? STATUSES[error.code] : undefined;
    if (status === undefined || !(error instanceof RespiteError)) throw error;
    return refusal(status, error.message);
  }
}

/** The fault is reverted when the connection closes, whatever closes it: a drill that is killed leaves no fault behind. */
async function inject({ body }: RouteContext, drills: Drills): Promise<Answer | Streamed> {
  const request = decodeRequest(await body().catch(() => ''));
  if (request === undefined) return refusal(400, BODY_RULE);
  const lease = await drills.begin(request);
  return {
    status: 200,
    headers: { 'Content-Type': 'application/x-ndjson' },
    stream: (response) => {
      response.once('close', () => lease.end());
      if (response.destroyed) lease.end();
      void lease.ended.then(() => response.end());
      response.write(`${JSON.stringify({ fault: lease.fault, workers: lease.workers })}\n`);
    },
  };
}

/** @returns Undefined for what is no request. */
function decodeRequest(text: string): DrillRequest | undefined {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof given !== 'object' || given === null) return undefined;
  const { fault, everywhere, dependency, port } = given as Partial<Record<keyof DrillRequest, unknown>>;
  if (!DRILL_FAULTS.includes(fault as DrillFault)) return undefined;
  if (everywhere !== undefined && typeof everywhere !== 'boolean') return undefined;
  if (dependency !== undefined && typeof dependency !== 'string') return undefined;
  const isPort = typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536;
  if (port !== undefined && !isPort) return undefined;
  return { fault: fault as DrillFault, everywhere, dependency, port };
}
