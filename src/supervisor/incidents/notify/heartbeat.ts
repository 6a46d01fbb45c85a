import type { Log } from '../../log.ts';
import { DEFAULT_TIMEOUT_MS, type ResolvedHeartbeatOptions } from './options.ts';
import type { Failure } from './queue.ts';
import { post } from './post.ts';

/** Sends one beat. Never rejects. */
export type SendBeat = (signal: AbortSignal) => Promise<Failure | undefined>;

/** The beat of a dead man's switch: a POST without content. */
export function beat({ url }: ResolvedHeartbeatOptions): SendBeat {
  return async (signal) => post({ url, headers: {}, body: '', timeoutMs: DEFAULT_TIMEOUT_MS }, signal);
}

/**
 * Sends a beat now and every `everyMs`, until it is ended. A service elsewhere raises the alarm when beats stay away: when the machine, its
 * network or the supervisor is gone, nothing here can report it. The log says when beats begin to fail, and when they arrive again.
 *
 * @returns Ends it.
 */
export function startHeartbeat(
  options: ResolvedHeartbeatOptions,
  log: Log,
  send: SendBeat = beat(options),
): () => void {
  const { host } = new URL(options.url);
  const ending = new AbortController();
  let isFailing = false;
  let isUnderWay = false;
  const once = async (): Promise<void> => {
    // A slow answer must not become a queue of them.
    if (isUnderWay) return;
    isUnderWay = true;
    const failure = await send(ending.signal);
    isUnderWay = false;
    if (ending.signal.aborted || (failure !== undefined) === isFailing) return;
    isFailing = failure !== undefined;
    if (failure === undefined) log.info({ host }, `the heartbeat reaches ${host} again`);
    else
      log.warn({ host, reason: failure.reason }, `the heartbeat does not reach ${host}: ${failure.reason}`);
  };
  void once();
  const timer = setInterval(() => void once(), options.everyMs).unref();
  return () => {
    clearInterval(timer);
    ending.abort();
  };
}
