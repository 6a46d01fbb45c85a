/** `respite incidents`, as typed. */
export type IncidentsRequest =
  | { readonly action: 'list' | 'prune'; readonly flags: IncidentsFlags }
  | { readonly action: 'show' | 'open'; readonly id: string; readonly flags: IncidentsFlags };

export interface IncidentsFlags {
  readonly incidents?: string;
  readonly json?: boolean;
  readonly keep?: string;
  readonly olderThan?: string;
}
