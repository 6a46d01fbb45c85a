import { tryNotifications } from '../supervisor/incidents/notify/index.ts';
import { loadConfig } from './config/load.ts';
import { write } from './output.ts';
import { usageError } from './usage.ts';
import { duration } from './words.ts';

/** `respite notify test`: a line for each channel; exit code 0 when all have accepted the message. */
export async function tryNotifying(config: string | undefined): Promise<number> {
  const { notify } = await loadConfig(process.cwd(), config);
  const tried = notify === undefined ? [] : await tryNotifications(notify);
  if (tried.length === 0)
    throw usageError(
      'no notifications are configured: set notify.webhook, notify.slack, notify.command or notify.heartbeat',
    );
  for (const { channel, failure, tookMs } of tried) {
    write(
      'stdout',
      `${channel}: ${failure === undefined ? `sent, in ${duration(tookMs)}` : `not sent: ${failure.reason}`}\n`,
    );
  }
  return tried.every(({ failure }) => failure === undefined) ? 0 : 1;
}
