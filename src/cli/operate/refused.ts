import { RespiteError } from '../../core/errors.ts';
import { type Answered, type ManagementPort, shown } from '../view/answer.ts';

/** What the instance answered in place of what was asked for. */
export function refused(
  port: ManagementPort,
  { status, body }: Pick<Answered, 'status' | 'body'>,
): RespiteError {
  let reason = `status ${status}`;
  try {
    const { error } = JSON.parse(body) as { readonly error?: unknown };
    if (typeof error === 'string') reason = error;
  } catch {
    // Not Respite's own words.
  }
  if (status === 401) reason = 'it wants its management token: set RESPITE_MANAGEMENT_TOKEN';
  return new RespiteError('RESPITE_CLI_REFUSED', `${shown(port)} refused: ${reason}`);
}
