export interface ConfigCheckFlags {
  readonly config?: string;
  readonly json?: boolean;
}

export interface InitFlags {
  readonly systemd?: boolean;
  readonly docker?: boolean;
  readonly json?: boolean;
}

/** A command for what is there before anything runs, as typed. */
export type PrepareRequest =
  | { readonly command: 'config check'; readonly flags: ConfigCheckFlags }
  | { readonly command: 'init'; readonly script: string | undefined; readonly flags: InitFlags };
