// What the supervisor asks a worker to do wrong in a drill.

/** A host and a port, as `connect()` takes them. */
export interface DrillAddress {
  readonly host: string;
  readonly port: number;
}

/** A fault, and what it needs to know. */
export type InjectedFault =
  /** A loop that never returns to the event loop. */
  | { readonly name: 'blocked-loop' }
  /** A regular expression that backtracks exponentially. */
  | { readonly name: 'regular-expression' }
  /** JavaScript objects that are never released. */
  | { readonly name: 'heap-leak' }
  /** Buffers that are never released. @param limitBytes The limit of the memory. @param mostBytes The leak stops there. */
  | { readonly name: 'buffer-leak'; readonly limitBytes: number; readonly mostBytes: number }
  /** Requests wait for a connection of a pool that has none left. */
  | { readonly name: 'exhausted-pool' }
  /** Files that are never closed. @param limit Of the process. */
  | { readonly name: 'descriptor-leak'; readonly limit: number }
  /** An error that nothing catches. */
  | { readonly name: 'crash' }
  /** A call of `process.exit()`. */
  | { readonly name: 'exit' }
  /** `SIGKILL`. */
  | { readonly name: 'kill' }
  /** A file that takes the rest of a small disk. */
  | { readonly name: 'full-disk'; readonly directory: string }
  /** New connections to a dependency lead to a proxy. */
  | { readonly name: 'redirect'; readonly from: DrillAddress; readonly to: DrillAddress };

/** A fault that lasts as long as its lease. */
export interface DrillOrder {
  readonly fault: InjectedFault;
  /** The fault ends when this file is gone, see {@link Lease}. */
  readonly leaseFile: string;
}
