import type { TcpHandle } from '../handles.ts';
import type { ToSupervisor, ToWorker } from '../protocol.ts';
import type { Listening } from './listening.ts';
import type { Stickiness } from './stickiness.ts';

interface Sockets {
  readonly listening: Listening;
  readonly stickiness: Stickiness | undefined;
  readonly tell: (message: ToSupervisor) => void;
}

/** Acts on what the supervisor says of sockets and connections; passes over everything else. */
export function hearOfSockets(
  { listening, stickiness, tell }: Sockets,
  message: ToWorker,
  handle: TcpHandle | undefined,
): void {
  switch (message.kind) {
    case 'socket':
      if (handle !== undefined) listening.receive(message.key, handle, message.bound, message.anyKey);
      break;
    case 'not-held':
      listening.notHeld(message.key, message.isAbandoned);
      break;
    case 'released':
      listening.released(message.key, message.isHeld);
      break;
    case 'owners':
      stickiness?.learn(message.key, message.owners);
      break;
    case 'connection':
      tell({ kind: 'connection-taken' });
      if (handle !== undefined) listening.serve(message.key, handle);
      break;
    default:
  }
}
