import { basename } from 'node:path';
import type { Log } from '../../log.ts';
import type { Channel } from './channel.ts';
import { command } from './command.ts';
import { Notifier } from './notifier.ts';
import { type NotifyOptions, type ResolvedNotifyOptions, resolveNotifyOptions } from './options.ts';
import { type Payload, sender, testPayload } from './payload.ts';
import type { Failure } from './plan.ts';
import { slack } from './slack.ts';
import { webhook } from './webhook.ts';

export { Notifier } from './notifier.ts';

/** Starts telling people. @param script The user's script, which the messages name. */
export function startNotifier(options: NotifyOptions, script: string, log: Log): Notifier {
  const resolved = resolveNotifyOptions(options);
  return new Notifier({
    channels: channelsOf(resolved),
    options: resolved,
    sender: sender(basename(script)),
    log,
  });
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
  const channels = channelsOf(resolveNotifyOptions(options));
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
