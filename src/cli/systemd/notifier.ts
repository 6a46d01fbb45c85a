import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { InstancePhase, Log } from '../../supervisor/index.ts';
import { KEEP_ALIVE, keepAliveMs, messageOf } from './messages.ts';

/** Maximum time that one message may take, in ms. systemd-notify waits until systemd has read it. */
const SEND_TIMEOUT_MS = 10_000;

/** Maximum time that the end of the instance waits for the last message, in ms. */
const CLOSE_TIMEOUT_MS = 2000;

/** Sends one message; rejects when it was not sent. */
export type Send = (assignments: readonly string[]) => Promise<void>;

export interface ServiceNotifier {
  tell(phase: InstancePhase): void;
  /** Ends the signs of life. Resolves when the last message is sent, or was given up. */
  close(): Promise<void>;
}

/**
 * Tells systemd when the instance is ready, restarts and stops, and that the supervisor's event loop is responsive. Undefined when no service manager
 * wants to be told (`NOTIFY_SOCKET`).
 *
 * That socket takes datagrams, which Node.js can't send to a Unix socket, so each message is a run of `systemd-notify`. It comes from
 * another process than the service's main one: the unit needs `NotifyAccess=all`.
 */
export function startServiceNotifier(
  env: NodeJS.ProcessEnv,
  log: Log,
  send: Send = sendBySystemdNotify,
): ServiceNotifier | undefined {
  if (!env['NOTIFY_SOCKET']) return undefined;
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  let hasFailed = false;
  let isStopping = false;

  // One after the other: READY=1 must not arrive after STOPPING=1.
  const queue = (assignments: readonly string[]): void => {
    waiting += 1;
    last = last
      .then(() => send(assignments))
      .catch((error: unknown) => {
        if (!hasFailed) {
          log.warn(
            { err: error, assignments },
            'systemd could not be notified: systemd-notify failed. Without it use Type=exec and no WatchdogSec in the unit',
          );
        }
        hasFailed = true;
      })
      .finally(() => (waiting -= 1));
  };
  const everyMs = keepAliveMs(env, process.pid);
  const timer =
    everyMs === undefined
      ? undefined
      : setInterval(() => {
          if (waiting === 0) queue(KEEP_ALIVE);
        }, everyMs).unref();
  return {
    tell(phase) {
      if (isStopping) return;
      isStopping = phase === 'stopping';
      queue(messageOf(phase, process.hrtime.bigint() / 1000n));
    },
    async close() {
      clearInterval(timer);
      await Promise.race([last, delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    },
  };
}

async function sendBySystemdNotify(assignments: readonly string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  execFile('systemd-notify', assignments, { timeout: SEND_TIMEOUT_MS, killSignal: 'SIGKILL' }, (error) => {
    if (error === null) resolve();
    else reject(error);
  });
  await promise;
}
