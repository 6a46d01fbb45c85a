import { RespiteError } from '../../core/errors.ts';
import type { ChannelEnd } from '../channel.ts';

/** What a stream fails with whose channel closed before its end. */
export function failureOf({ reason, error }: ChannelEnd): RespiteError {
  return new RespiteError('RESPITE_BACKPRESSURE_CLOSED', `the channel closed before the end: ${reason}`, {
    cause: error,
  });
}
