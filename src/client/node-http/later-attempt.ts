import type { ClientRequest, IncomingMessage } from 'node:http';
import type { CallerRequest } from './caller-request.ts';

/** What a call does with an attempt beyond its first. */
export interface AttemptActions {
  /** False if another attempt has taken its place, or the call has ended. */
  isWanted(attempt: ClientRequest): boolean;
  /** True if the caller does not get the response. */
  answered(response: IncomingMessage): boolean;
  /** True if the caller does not get the error. */
  failed(error: unknown, attempt: ClientRequest): boolean;
  closed(): void;
}

/** Has the caller's request emit what happens to another attempt. */
export function passOn(attempt: ClientRequest, caller: CallerRequest, actions: AttemptActions): void {
  attempt.on('socket', (socket) => {
    if (actions.isWanted(attempt)) caller.show({ socket, reusedSocket: attempt.reusedSocket });
  });
  attempt.on('response', (response) => {
    if (!actions.isWanted(attempt)) {
      response.resume();
      return;
    }
    if (actions.answered(response)) return;
    caller.show({ res: response });
    // As node:http does where there is no listener.
    if (!caller.emit('response', response)) response.resume();
  });
  attempt.on('error', (error) => {
    if (actions.isWanted(attempt) && !actions.failed(error, attempt)) caller.emitError(error);
  });
  attempt.on('timeout', () => {
    if (!actions.isWanted(attempt)) return;
    caller.hasTimedOut = true;
    caller.emit('timeout');
  });
  attempt.on('information', (information) => {
    if (actions.isWanted(attempt)) caller.emit('information', information);
  });
  attempt.on('close', () => {
    if (!actions.isWanted(attempt)) return;
    actions.closed();
    caller.isDestroyed = true;
    caller.emit('close');
  });
}
