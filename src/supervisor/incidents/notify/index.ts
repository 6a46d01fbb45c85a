import { basename } from 'node:path';
import type { Log } from '../../log.ts';
import type { Channel } from './channel.ts';
import { command } from './command.ts';
import { beat, startHeartbeat } from './heartbeat.ts';
import { Notifier } from './notifier.ts';
import { type NotifyOptions, type ResolvedNotifyOptions, resolveNotifyOptions } from './options.ts';
import { type Payload, sender, testPayload } from './payload.ts';
import type { Failure } from './queue.ts';
import { slack } from './slack.ts';
import { webhook } from './webhook.ts';

export { Notifier } from './notifier.ts';

/** Starts telling people, and the heartbeat. @param script The user's script, which the messages name. */
export function startNotifier(
  options: NotifyOptions,
  script: string,
  log: Log,
): Pick<Notifier, 'tell' | 'close'> {
  const resolved = resolveNotifyOptions(options);
  const notifier = new Notifier({
    channels: channelsOf(resolved),
    options: resolved,
    sender: sender(basename(script)),
    log,
  });
  const endHeartbeat = resolved.heartbeat === undefined ? undefined : startHeartbeat(resolved.heartbeat, log);
  return {
    tell: (incident) => notifier.tell(incident),
    close: async () => {
      endHeartbeat?.();
      await notifier.close();
    },
  };
}

/** How one channel took the test message. */
export interface Tried {
  readonly channel: string;
  readonly failure: Failure | undefined;
  readonly tookMs: number;
}

/** Sends a test message to every channel, once. */
export async function tryNotifications(options: NotifyOptions): Promise<readonly Tried[]> {
  const message = testPayload(sender('respite notify test'), Date.now());
  const resolved = resolveNotifyOptions(options);
  const channels = [...channelsOf(resolved), ...heartbeatOf(resolved)];
  // A message under way keeps no process alive, and here there is nothing else.
  const alive = setInterval(() => {}, 1000);
  try {
    return await Promise.all(channels.map(async (channel) => tryOnce(channel, message)));
  } finally {
    clearInterval(alive);
  }
}

async function tryOnce(channel: Channel, message: Payload): Promise<Tried> {
  const beganMs = performance.now();
  const failure = await channel.send(message, new AbortController().signal);
  return { channel: channel.name, failure, tookMs: Math.round(performance.now() - beganMs) };
}

function channelsOf(options: ResolvedNotifyOptions): readonly Channel[] {
  return [
    ...(options.webhook === undefined ? [] : [webhook(options.webhook, Date.now)]),
    ...(options.slack === undefined ? [] : [slack(options.slack)]),
    ...(options.command === undefined ? [] : [command(options.command)]),
  ];
}

/** The heartbeat in the form of a channel, for a test: what it sends is always the same. */
function heartbeatOf({ heartbeat }: ResolvedNotifyOptions): readonly Channel[] {
  if (heartbeat === undefined) return [];
  const send = beat(heartbeat);
  return [
    { name: `heartbeat ${new URL(heartbeat.url).host}`, send: async (_message, signal) => send(signal) },
  ];
}
