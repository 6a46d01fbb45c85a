import type { DrillFlags } from '../drill/request.ts';

/** `respite incidents`, as typed. */
export type IncidentsRequest =
  | { readonly action: 'list' | 'prune'; readonly flags: IncidentsFlags }
  | { readonly action: 'show' | 'open'; readonly id: string; readonly flags: IncidentsFlags }
  | { readonly action: 'replay'; readonly id: string; readonly flags: ReplayFlags };

/** Those of the drill, and where the drill file is written. */
export interface ReplayFlags extends IncidentsFlags, Omit<DrillFlags, 'file' | 'list' | 'json'> {
  readonly output?: string;
  /** False: only write the drill file. */
  readonly run?: boolean;
}

export interface IncidentsFlags {
  readonly incidents?: string;
  readonly json?: boolean;
  readonly keep?: string;
  readonly olderThan?: string;
}
