/** What the clients do, the same against each way to write. */
export interface ClientsPlan {
  readonly port: number;
  readonly lengthMs: number;
  /** Ask for the mailbox every so often, whether they have the last one or not, and read so much a second. */
  readonly slow: { readonly clients: number; readonly askEveryMs: number; readonly bytesPerSecond: number };
  /** Ask for the mailbox again when they have it, and read as fast as they can. */
  readonly fastClients: number;
  readonly pingEveryMs: number;
}

/** What they have seen in a little while. */
export interface ClientsTick {
  readonly atMs: number;
  readonly fastBytesPerSecond: number;
  /** Of the slow client that got least. */
  readonly slowBytesPerSecond: number;
  /** Undefined when none came back. */
  readonly pingP99Ms: number | undefined;
  /** The longest that a ping has been waiting for its answer now. */
  readonly pingWaitingMs: number;
  readonly gone: number;
}

export const TICK_MS = 500;

/** Fifty phones on bad networks, five readers on good ones. */
export const CLIENTS: Omit<ClientsPlan, 'port' | 'lengthMs'> = {
  slow: { clients: 50, askEveryMs: 500, bytesPerSecond: 64 * 1024 },
  fastClients: 5,
  pingEveryMs: 10,
};

/** What the machine, or the container, has for the server. Beyond it the kernel would end it, and so do we. */
export const MEMORY_LIMIT_BYTES: number = 256e6;
