import { seconds } from '../../../core/units.ts';
import type { ServerReading } from '../../workers/sockets/closed-servers.ts';

import type { Finding } from './finding.ts';
import type { ResolvedServerClosed } from './server-closed-options.ts';

/**
 * A worker that has closed its server and runs on serves no client: an error handler that calls `server.close()` and then does not end
 * the process. Scripts that close and open again are given a moment. A worker that still listens elsewhere, and has closed what no
 * other worker listens on, has closed it on purpose. Pure.
 */
export function findServerClosed(
  id: number,
  servers: readonly ServerReading[],
  { afterMs }: ResolvedServerClosed,
): Finding | undefined {
  const server = servers.find(
    ({ closedForMs, othersListen, listensElsewhere }) =>
      closedForMs >= afterMs && (othersListen || !listensElsewhere),
  );
  if (server === undefined) return undefined;
  const { where, closedForMs, othersListen } = server;
  return {
    cause: 'server-closed',
    severity: 'replace',
    summary: `worker ${id} has closed its server on ${where} and not opened it again for ${seconds(closedForMs)}`,
    facts: [
      othersListen
        ? 'the other workers listen there'
        : 'no worker listens there: clients are refused a connection',
      'its process runs on: look for a call of close() that its code makes after an error',
    ],
  };
}
