import type { BoundAddress } from '../../../worker/index.ts';

/** A server that a worker has closed although it runs on. */
export interface ServerReading {
  /** Address and port. */
  readonly where: string;
  readonly closedForMs: number;
  /** Other workers still listen there. */
  readonly othersListen: boolean;
  /** The worker listens on other sockets. */
  readonly listensElsewhere: boolean;
}

/** A server that a worker has closed and not opened again. */
export interface ClosedServer {
  readonly bound: BoundAddress;
  readonly atMs: number;
}

/** `127.0.0.1:3000`, `[::]:3000`, `/run/app.sock`, `@abstract`. */
export function textOf({ address, port, family }: BoundAddress): string {
  if (family === 'unix') return address.replace(/^\0/, '@');
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * Which servers the workers have closed and not opened again, by their addresses: `listen(0)` and then `listen(port)` is the same server
 * to clients. Pure.
 */
export class ClosedServers {
  readonly #workers = new Map<number, Map<string, ClosedServer>>();

  closed(worker: number, bound: BoundAddress, atMs: number): void {
    const servers = this.#workers.get(worker) ?? new Map<string, ClosedServer>();
    servers.set(textOf(bound), { bound, atMs });
    this.#workers.set(worker, servers);
  }

  opened(worker: number, bound: BoundAddress): void {
    this.#workers.get(worker)?.delete(textOf(bound));
  }

  /** A worker has ended. */
  forget(worker: number): void {
    this.#workers.delete(worker);
  }

  of(worker: number): readonly ClosedServer[] {
    return [...(this.#workers.get(worker)?.values() ?? [])];
  }
}
