// What the supervisor and the fallback responder say to each other, over the same kind of channel as workers have.
import type { ResolvedShedResponse } from '../../admission/shed/options.ts';
import { decodeByKind } from '../../core/shape.ts';
import { receiveFromChild, receiveFromSupervisor, send } from '../../worker/channel.ts';
import type { TcpHandle } from '../../worker/handles.ts';

export type ToFallbackResponder =
  /** What answers say beside status, reason and `Retry-After`. */
  | { readonly kind: 'shed-response'; readonly options: ResolvedShedResponse }
  /** A listening socket; comes with its handle. */
  | { readonly kind: 'socket' }
  /** How long it may take until a worker is back. */
  | { readonly kind: 'back-in'; readonly seconds: number }
  /** A worker is back: accept nothing more, and end. */
  | { readonly kind: 'leave' };

export type FromFallbackResponder =
  /** Is there to be spoken to. */
  | { readonly kind: 'hello' }
  /** Clients that were answered so far. */
  | { readonly kind: 'answered'; readonly count: number };

const FROM_STAND_IN = { hello: {}, answered: { count: 'number' } } as const;

function decode(message: unknown): FromFallbackResponder | undefined {
  return decodeByKind(message, FROM_STAND_IN) as FromFallbackResponder | undefined;
}

export function tellFallbackResponder(child: object, message: ToFallbackResponder, handle?: TcpHandle): void {
  send(child, message as never, handle);
}

export function tellSupervisor(message: FromFallbackResponder): void {
  send(process, message as never);
}

export function hearFallbackResponder(
  child: object,
  onMessage: (message: FromFallbackResponder) => void,
): void {
  receiveFromChild(child, decode, onMessage);
}

export function hearSupervisor(
  onMessage: (message: ToFallbackResponder, handle: TcpHandle | undefined) => void,
): void {
  receiveFromSupervisor((message, handle) => onMessage(message as unknown as ToFallbackResponder, handle));
}
