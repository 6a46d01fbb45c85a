import type { PassThroughReason, ToSupervisor } from '../protocol.ts';
import { type Listen2, type ListeningServer, placeText } from './bind.ts';

/** Has a server listen as without Respite: its socket stays this process's own. */
export function passThrough(
  listen2: Listen2,
  server: ListeningServer,
  args: Parameters<Listen2>,
  reason: PassThroughReason,
  tell: (message: ToSupervisor) => void,
): void {
  listen2.apply(server, args);
  if (server._handle !== null) tell({ kind: 'passed-through', reason, where: placeText(args) });
}
