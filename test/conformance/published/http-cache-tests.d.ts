// The parts of the package http-cache-tests that are used here; it comes without types.
declare module 'http-cache-tests/tests/index.mjs' {
  interface Case {
    readonly id: string;
    readonly name: string;
    readonly kind?: 'required' | 'optimal' | 'check';
    readonly depends_on?: readonly string[];
    readonly browser_only?: boolean;
    readonly requests: readonly object[];
  }

  const suites: readonly { readonly tests: readonly Case[] }[];
  export default suites;
}

declare module 'http-cache-tests/client/config.mjs' {
  interface SentInit {
    readonly method?: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body?: string;
    readonly redirect?: 'follow' | 'manual' | 'error';
    readonly cache?: string;
  }

  interface Received {
    readonly status: number;
    readonly headers: Headers;
    text(): Promise<string>;
  }

  export function setFetch(fetch: (url: string, init?: SentInit) => Promise<Received>): void;
  export function setBaseUrl(url: string): void;
  export function setUseBrowserCache(isBrowser: boolean): void;
}

declare module 'http-cache-tests/client/test.mjs' {
  /** By id: whether it passed, or by what kind of error it did not. */
  export const testResults: Record<string, true | [name: string, message: string]>;
  export function makeCacheTest(test: { readonly id: string }): Promise<void>;
}

declare module 'http-cache-tests/server/*' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  /** A handler; it gets the path below its own. */
  export default function handle(
    segments: string[],
    request: IncomingMessage,
    response: ServerResponse,
  ): void;
}
