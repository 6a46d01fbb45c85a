// What the supervisor and the stand-in say to each other, over the same kind of channel as workers have.
import { receiveFromSupervisor, receiveFromWorker, send, type TcpHandle } from '../../worker/protocol.ts';

export type ToStandIn =
  /** A listening socket; comes with its handle. */
  | { readonly kind: 'socket' }
  /** How long it may take until a worker is back. */
  | { readonly kind: 'back-in'; readonly seconds: number }
  /** A worker is back: accept nothing more, and end. */
  | { readonly kind: 'leave' };

export type FromStandIn =
  /** Is there to be spoken to. */
  | { readonly kind: 'hello' }
  /** So many clients were answered so far. */
  | { readonly kind: 'answered'; readonly count: number };

export function tellStandIn(child: object, message: ToStandIn, handle?: TcpHandle): void {
  send(child, message as never, handle);
}

export function tellSupervisor(message: FromStandIn): void {
  send(process, message as never);
}

export function hearStandIn(child: object, onMessage: (message: FromStandIn) => void): void {
  receiveFromWorker(child, (message) => onMessage(message as unknown as FromStandIn));
}

export function hearSupervisor(onMessage: (message: ToStandIn, handle: TcpHandle | undefined) => void): void {
  receiveFromSupervisor((message, handle) => onMessage(message as unknown as ToStandIn, handle));
}
