// What a worker can be asked to show while nothing has happened, and what comes of it.

/** What can be asked for by name. */
export const ON_DEMAND = ['stack', 'heap-profile', 'cpu-profile', 'heap-snapshot'] as const;

export type OnDemand = (typeof ON_DEMAND)[number];

/** What came of it: the content itself, or where on this machine it was written, being too large to be sent. */
export type Captured =
  | { readonly kind: 'content'; readonly fileName: string; readonly content: string }
  | { readonly kind: 'file'; readonly file: string; readonly bytes: number };
