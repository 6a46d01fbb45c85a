/** Flags of `respite tune`, as typed. */
export interface TuneFlags {
  readonly config?: string;
  readonly urlPath?: string;
  readonly mix?: readonly string[];
  readonly deadline?: string;
  readonly for?: string;
  readonly normal?: string;
  readonly only?: string;
  readonly json?: boolean;
  readonly html?: string;
}

/** `respite tune`, as typed. */
export interface TuneRequest {
  readonly script: string;
  /** The script's own arguments. */
  readonly args: readonly string[];
  readonly flags: TuneFlags;
}
