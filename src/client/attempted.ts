import type { Outcome } from './outcome.ts';

/** An attempt of `fetch` that has ended. */
export type Attempted =
  | { readonly outcome: Outcome; readonly response: Response }
  | { readonly outcome: Outcome; readonly error: unknown };
