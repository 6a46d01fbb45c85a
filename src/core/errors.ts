/** `RESPITE_<PART>_<REASON>`: stable, so that programs can branch on it; messages may change. */
export type RespiteErrorCode = `RESPITE_${Uppercase<string>}`;

/** Every error that Respite itself raises. `cause` holds the error underneath, where there is one. */
export class RespiteError extends Error {
  /** What went wrong, for programs to branch on. */
  readonly code: RespiteErrorCode;

  /** Respite creates these errors; your code catches them. */
  constructor(code: RespiteErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RespiteError';
    this.code = code;
  }
}
