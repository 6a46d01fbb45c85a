import type net from 'node:net';
import type { TcpHandle } from '../handles.ts';
import type { SocketKey, ToSupervisor } from '../protocol.ts';
import type { Readiness } from '../readiness.ts';
import type { Listen2, ListeningServer } from './bind.ts';
import type { Place, Wanted } from './place.ts';
import type { SharedListening } from './shared-listening.ts';
import type { Stickiness } from './stickiness.ts';

type Tell = (message: ToSupervisor, handle?: TcpHandle) => void;

export interface ListeningConfig {
  readonly tell: Tell;
  readonly readiness: Pick<Readiness, 'listens' | 'isHeld'>;
  /** See {@link WorkerSetup}. */
  readonly isAlone: boolean;
  readonly sharesExclusive: boolean;
  /** Undefined: this worker serves whatever it accepts. */
  readonly stickiness: Stickiness | undefined;
  /** The supervisor is there and answers. */
  readonly isSupervised: () => boolean;
  /** Called before a server listens for the first time. */
  readonly onServer: (server: net.Server) => void;
}

/** One call of `listen()`. */
export interface Call {
  readonly server: ListeningServer;
  readonly args: Parameters<Listen2>;
  readonly wanted: Wanted;
  readonly key: SocketKey;
  /** Of a Unix socket: what `readableAll` and `writableAll` ask for, as libuv has it. */
  readonly mode: number;
}

/**
 * A socket that a server of this process listens on. The supervisor hears of it only when the server has stayed open until its
 * `listening` event is over: a server that is closed by then was a probe for a free port.
 */
export interface OwnSocket extends Call {
  place: Place;
  /** The server's `_handle`. */
  readonly first: TcpHandle;
  /** Whether `first` is a socket, or stands for one. */
  readonly isBound: boolean;
  readonly shared: SharedListening;
  isKnown: boolean;
}
