// What the clients of one run do, and what they saw.

/** Lines that the clients print. */
export const BEGINS = 'begins';
export const ENDS = 'ends';

export interface Plan {
  readonly port: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** Ask for 8 MB and read nothing; they come before the others. */
  readonly stalledClients: number;
  /** Ask for the next response when they have the last, and read as fast as they can. */
  readonly fast: { readonly clients: number; readonly messages: number; readonly messageBytes: number };
  /** Ask every so often, whether they have the last response or not, and read so much a second. */
  readonly slow: {
    readonly clients: number;
    readonly messages: number;
    readonly messageBytes: number;
    readonly everyMs: number;
    readonly bytesPerSecond: number;
  };
  readonly pingEveryMs: number;
}

export interface Seen {
  readonly seconds: number;
  /** Of the clients' process. */
  readonly cpuSeconds: number;
  readonly fastBytes: number;
  /** Of the slow clients that got least and most. */
  readonly slowLeastBytes: number;
  readonly slowMostBytes: number;
  readonly slowGone: number;
  /** Of each ping, from when it was due. */
  readonly pingsMs: readonly number[];
}
