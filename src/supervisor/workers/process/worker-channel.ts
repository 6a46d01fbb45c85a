import type { ChildProcess } from 'node:child_process';
import { send, type TcpHandle, type ToWorker } from '../../../worker/index.ts';

/** What is sent to one worker: our messages, kept until it can take them, and the user's. */
export class WorkerChannel {
  readonly #child: ChildProcess;
  /** Messages for a worker that has not said hello; undefined afterwards. */
  #unsent: { readonly message: ToWorker; readonly handle: TcpHandle | undefined }[] | undefined = [];

  constructor(child: ChildProcess) {
    this.#child = child;
  }

  get isConnected(): boolean {
    return this.#child.connected;
  }

  /** The worker can take messages. */
  open(): void {
    const unsent = this.#unsent ?? [];
    this.#unsent = undefined;
    for (const { message, handle } of unsent) this.tell(message, handle);
  }

  tell(message: ToWorker, handle?: TcpHandle): void {
    if (this.#unsent !== undefined) this.#unsent.push({ message, handle });
    else if (this.#child.connected) send(this.#child, message, handle);
  }

  /**
   * Has the worker raise a signal. One that has said hello holds back what it is sent, and raises it when it is asked to. One that
   * has not, or can't be spoken to, is sent the signal itself.
   */
  raise(signal: NodeJS.Signals): void {
    const isSilent = this.#unsent !== undefined || !this.#child.connected;
    this.tell({ kind: 'raise', signal });
    if (isSilent) this.#child.kill(signal);
  }

  /** Hands on a message of the user's. Throws when that can't be sent at all. */
  tellUser(message: unknown, handle: unknown): void {
    if (!this.#child.connected) return;
    // Without a callback, an error would be an event.
    this.#child.send(message as never, handle as never, () => {});
  }
}
