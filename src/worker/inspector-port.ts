import { bind } from './listening/bind.ts';
import type { InspectorSetup } from './protocol.ts';

/** How often it looks whether the port is free by now, in ms. */
const LOOK_MS = 100;

/** The port on which debuggers attach to this worker. Its predecessor in the slot had the same. */
export class InspectorPort {
  readonly #setup: InspectorSetup;
  #timer: NodeJS.Timeout | undefined;
  #isOurs = true;

  constructor(setup: InspectorSetup) {
    this.#setup = setup;
    // Node.js knows where it has opened it.
    if (setup.isOpen) return;
    // Where SIGUSR1 opens it. Node.js takes no other port below 1024 here.
    if (setup.port === 0 || setup.port >= 1024) process.debugPort = setup.port;
    if (setup.host !== undefined) this.#open();
  }

  /** The port is this worker's, or its replacement's. */
  give(isOurs: boolean): void {
    this.#isOurs = isOurs;
    if (this.#setup.host === undefined) return;
    if (isOurs) this.#open();
    else process.getBuiltinModule('node:inspector').close();
  }

  #open(): void {
    clearTimeout(this.#timer);
    const { host = '', port } = this.#setup;
    const inspector = process.getBuiltinModule('node:inspector');
    if (!this.#isOurs || inspector.url() !== undefined) return;
    // Node.js would complain on stderr of each try.
    if (port === 0 || isFree(host, port)) inspector.open(port, host);
    else this.#timer = setTimeout(() => this.#open(), LOOK_MS).unref();
  }
}

function isFree(host: string, port: number): boolean {
  const address = host === 'localhost' ? '127.0.0.1' : host;
  const handle = bind({ address, port, addressType: address.includes(':') ? 6 : 4, flags: 0 }, 1);
  if (typeof handle !== 'string') handle.close();
  // Whatever else is wrong with it, Node.js says itself.
  return handle !== 'taken';
}
