// GET /quarantine and POST /quarantine/<id>/release.
import { type Answer, json, refusal } from './answer.ts';
import type { Route, RouteContext } from './routes.ts';

export const QUARANTINE_ROUTES: readonly (readonly [path: string, route: Route])[] = [
  [
    '/quarantine',
    {
      method: 'GET',
      about: 'requests that are shed because requests like them have ended several workers',
      access: 'authenticated',
      answer: ({ supervisor }) => json(200, supervisor.status().quarantine),
    },
  ],
  [
    '/quarantine/:id/release',
    { method: 'POST', about: 'end a quarantine: such requests are served again', answer: release },
  ],
];

function release({ supervisor, log }: RouteContext, id: string): Answer {
  if (!supervisor.releaseQuarantine(id)) return refusal(404, 'there is no quarantine of that id');
  log.info({ quarantine: id }, `quarantine ${id} released, asked on the management port`);
  return json(200, { released: id });
}
