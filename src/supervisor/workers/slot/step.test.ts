// What may happen to a slot in histories.test.ts.

export type Step =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'listens' }
  | { readonly kind: 'dies'; readonly who: number; readonly isFromOutside: boolean }
  | { readonly kind: 'sick'; readonly who: number }
  | { readonly kind: 'rejected'; readonly who: number }
  | { readonly kind: 'accepted'; readonly who: number }
  | { readonly kind: 'collected'; readonly who: number }
  | { readonly kind: 'renew'; readonly trialMs: number }
  | { readonly kind: 'turn' }
  | { readonly kind: 'no process'; readonly count: number }
  | { readonly kind: 'stop'; readonly atOnce: boolean };
