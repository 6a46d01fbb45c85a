import type { InstanceFlags } from '../instances/index.ts';

/** `respite drill`, as typed. */
export interface DrillFlags extends InstanceFlags {
  readonly file?: string;
  readonly param?: readonly string[];
  readonly list?: boolean;
  readonly rate?: string;
  readonly path?: string;
  readonly url?: string;
  readonly stopBelow?: string;
  readonly json?: boolean;
  /** Lines for people go to standard error: the caller writes the result. */
  readonly quiet?: boolean;
  readonly junit?: string;
  readonly html?: string;
}

/** `respite drill proxy`, as typed. */
export interface ProxyFlags {
  readonly to?: string;
  readonly listen?: string;
  readonly upstream?: boolean;
  readonly latency?: string;
  readonly jitter?: string;
  readonly bandwidth?: string;
  readonly slowClose?: string;
  readonly timeout?: string;
  readonly resetPeer?: string;
  readonly slicer?: string;
  readonly limitData?: string;
  readonly down?: boolean;
}

export type DrillRequest =
  | { readonly action: 'drill'; readonly names: readonly string[]; readonly flags: DrillFlags }
  | { readonly action: 'proxy'; readonly flags: ProxyFlags };
