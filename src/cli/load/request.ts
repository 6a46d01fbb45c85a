import type { AgainstFlags } from './against/command.ts';

/** `respite load`, as typed. */
export interface LoadRequest {
  /** Of the server; with `--against` a git ref it is the path of the requests, if anything. */
  readonly url: string | undefined;
  readonly flags: LoadFlags;
}

export interface LoadFlags extends AgainstFlags {
  readonly rate?: string;
  readonly for?: string;
  readonly mix?: readonly string[];
  readonly like?: string;
  readonly speed?: string;
  readonly param?: readonly string[];
  readonly header?: readonly string[];
  readonly h2?: boolean;
  readonly connections?: string;
  readonly newConnections?: boolean;
  readonly slowReaders?: string;
  readonly obeyRetryAfter?: string;
  readonly ignoreRetryAfter?: string;
  readonly deadline?: string;
  readonly timeout?: string;
  readonly seed?: string;
  readonly threads?: string;
  readonly maxLag?: string;
  readonly insecure?: boolean;
  readonly iOwnThisTarget?: boolean;
  readonly expect?: readonly string[];
  readonly json?: boolean;
  readonly html?: string;
}
