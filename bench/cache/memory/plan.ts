// What one run does, and what it saw.

/** URLs to be asked for, each once. */
export interface Flood {
  readonly urls: number;
  readonly bodyBytes: number;
  readonly limitBytes: number;
}

/** After this many of them, and a garbage collection. */
export interface Held {
  readonly urls: number;
  readonly stored: number;
  /** As the store counts. */
  readonly storeBytes: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly residentBytes: number;
}
