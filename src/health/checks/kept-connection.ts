/** How to make and end a connection that is kept between the runs of a check. */
export interface ConnectionMaker<Connection> {
  /** User code. The signal aborts when the connection is no longer waited for. */
  readonly connect: (signal: AbortSignal) => Promise<Connection>;
  readonly close: (connection: Connection) => unknown;
  /** Called once for each, before anything waits for it. @param drop It is of no use any more. */
  readonly onConnected: (connection: Connection, drop: () => void) => void;
}

/**
 * How long a connection may take to be made, in ms. A client without a time-out of its own may wait forever for a server that has
 * vanished; a server that is slow to start takes a few seconds.
 */
const MAX_CONNECT_MS = 30_000;

/** One connection at a time, also while it is being made; another when it was dropped. */
export class KeptConnection<Connection> {
  readonly #maker: ConnectionMaker<Connection>;
  #current: { readonly opening: Promise<Connection>; readonly giveUp: () => void } | undefined;

  constructor(maker: ConnectionMaker<Connection>) {
    this.#maker = maker;
  }

  /** The connection; made when there is none. */
  async get(): Promise<Connection> {
    this.#current ??= this.#open();
    return this.#current.opening;
  }

  /** Closes it. One that is still being made is closed when it is there. Never rejects. */
  async close(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    current?.giveUp();
    try {
      const connection = await current?.opening;
      if (connection !== undefined) await this.#maker.close(connection);
    } catch {
      // It never was, or is closed already.
    }
  }

  #open(): { readonly opening: Promise<Connection>; readonly giveUp: () => void } {
    const abort = new AbortController();
    const { promise: opening, resolve, reject } = Promise.withResolvers<Connection>();
    let isOver = false;
    const drop = (): void => {
      if (this.#current?.opening === opening) this.#current = undefined;
    };
    const fail = (error: unknown): void => {
      isOver = true;
      clearTimeout(timer);
      drop();
      reject(error);
    };
    const giveUp = (): void => {
      if (isOver) return;
      const error = new Error('the connection was given up while it was being made');
      abort.abort(error);
      fail(error);
    };
    const timer = setTimeout(giveUp, MAX_CONNECT_MS).unref();
    const arrived = (connection: Connection): void => {
      this.#maker.onConnected(connection, drop);
      if (isOver) {
        void ignoringErrors(() => this.#maker.close(connection));
        return;
      }
      isOver = true;
      clearTimeout(timer);
      resolve(connection);
    };
    // In a promise of its own: what throws at once is like what rejects.
    Promise.resolve()
      .then(() => this.#maker.connect(abort.signal))
      .then(arrived)
      .catch(fail);
    // Nothing may wait for it any more when it fails.
    opening.catch(() => {});
    return { opening, giveUp };
  }
}

async function ignoringErrors(close: () => unknown): Promise<void> {
  try {
    await close();
  } catch {
    // Closed already.
  }
}
