/** `respite load`, as typed. */
export interface LoadRequest {
  readonly url: string;
  readonly flags: LoadFlags;
}

export interface LoadFlags {
  readonly rate?: string;
  readonly for?: string;
  readonly mix?: readonly string[];
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
