// Node.js's own IPC channel between supervisor and worker, which can also carry sockets. A command that begins with NODE_ is
// delivered as 'internalMessage', so the user's process.on('message') never sees it.
import type { ConnectionHandle, TcpHandle } from './handles.ts';
import { keepListeners } from './kept-listeners.ts';
import type { ToSupervisor, ToWorker } from './protocol.ts';

const COMMAND = 'NODE_RESPITE';

/** A child process, or the process itself as seen from inside: either end of the channel. */
interface ChannelEnd {
  _send?(
    message: object,
    handle: unknown,
    options: { swallowErrors: boolean },
    written?: (error: unknown) => void,
  ): boolean;
  on(event: 'internalMessage', listener: (message: unknown, handle?: TcpHandle) => void): unknown;
}

/** Sends to the other end, which must be there; if it goes away meanwhile the message is lost, and its end told by other means. */
export function send(end: object, message: ToSupervisor | ToWorker, handle?: TcpHandle): void {
  (end as ChannelEnd)._send?.({ cmd: COMMAND, ...message }, handle, { swallowErrors: true });
}

/** Sends a connection to the supervisor. @param written Called later, once: with the error when it was not sent. */
export function handToSupervisor(
  message: ToSupervisor,
  connection: ConnectionHandle,
  written: (error: unknown) => void,
): void {
  const failed = (error: unknown): void => process.nextTick(written, error);
  const channel = process as ChannelEnd;
  try {
    if (channel._send === undefined) failed(new Error('there is no channel'));
    else channel._send({ cmd: COMMAND, ...message }, connection, { swallowErrors: false }, written);
  } catch (error) {
    failed(error);
  }
}

/** @param decode Returns undefined for what is none of our messages; that is passed over. */
export function receiveFromChild<Message>(
  child: object,
  decode: (message: unknown) => Message | undefined,
  onMessage: (message: Message, handle: TcpHandle | undefined) => void,
): void {
  receive(child, (received, handle) => {
    const message = decode(received);
    if (message !== undefined) onMessage(message, handle);
  });
}

export function receiveFromSupervisor(
  onMessage: (message: ToWorker, handle: TcpHandle | undefined) => void,
): void {
  receive(process, (message, handle) => onMessage(message as ToWorker, handle));
  keepListeners(process, 'internalMessage');
}

function receive(end: object, onMessage: (message: object, handle: TcpHandle | undefined) => void): void {
  (end as ChannelEnd).on('internalMessage', (message, handle) => {
    if ((message as { cmd?: unknown }).cmd === COMMAND) onMessage(message as object, handle);
  });
}
