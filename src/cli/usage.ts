import { RespiteError } from '../core/errors.ts';

/** Something the caller got wrong, as against something that went wrong: exit code 2. */
export function usageError(message: string, cause?: unknown): RespiteError {
  return new RespiteError('RESPITE_CLI_USAGE', message, cause === undefined ? undefined : { cause });
}

/** 2 for bad usage, 1 for anything else. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return error instanceof RespiteError && error.code === 'RESPITE_CLI_USAGE' ? 2 : 1;
}

/** What goes to stderr: `respite: …`, one line for each thing that is wrong. */
export function complaint(error: unknown): string {
  const text = error instanceof RespiteError ? error.message : describe(error);
  return text
    .split('\n')
    .map((line) => `respite: ${line}\n`)
    .join('');
}

/** An error on one line, as JavaScript shows it: `TypeError: x is not a function`. */
export function describe(error: unknown): string {
  return String(error).split('\n', 1)[0] ?? '';
}
