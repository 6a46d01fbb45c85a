// Sockets that the primary process of node:cluster takes for its workers.
import { placeText } from './bind.ts';
import type { ListeningConfig, OwnSocket } from './own-socket.ts';
import { watchClusterHandles } from './server-handle.ts';

/** Tells of those that it makes itself, with `SCHED_NONE`. */
export function tellOfClusters({ readiness, tell }: ListeningConfig): void {
  watchClusterHandles((address, port) => {
    readiness.listens();
    tell({ kind: 'clustered', where: placeText([address, port]), isShared: false });
  });
}

/** Tells of one whose handle it has taken from a server that listens: it hands the connections on. */
export function tellIfClustered({ server, args }: OwnSocket, { tell }: ListeningConfig): void {
  if (server._handle === null) tell({ kind: 'clustered', where: placeText(args), isShared: true });
}
