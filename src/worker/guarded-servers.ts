import type { Server } from 'node:net';
import { type Admission, intercept } from '../admission/index.ts';
import type { ToSupervisor, WorkerSetup } from './protocol.ts';
import { canWarmUp, warmUp } from './warm-up.ts';

type Target = Parameters<typeof intercept>[0];

/** What this worker's admission stands before. It can step aside while no client can reach the servers. */
export class GuardedServers {
  readonly #admission: Admission;
  readonly #release = new Map<Target, () => void>();

  constructor(admission: Admission) {
    this.#admission = admission;
  }

  add(target: Target): void {
    this.#release.get(target)?.();
    this.#release.set(target, intercept(target, this.#admission));
  }

  /** Requests are neither judged nor counted until what is returned is called. */
  stepAside(): () => void {
    for (const release of this.#release.values()) release();
    let isBack = false;
    return () => {
      if (isBack) return;
      isBack = true;
      for (const target of this.#release.keys()) this.add(target);
    };
  }
}

/** The warm-up of the first server of HTTP/1 that listens; undefined when there is nothing to ask. */
export function warmUpOf(
  { warmUp: { requests, timeoutMs } }: WorkerSetup,
  guarded: GuardedServers,
  servers: () => ReadonlySet<Server>,
  tell: (message: ToSupervisor) => void,
): ((signal: AbortSignal) => Promise<void>) | undefined {
  if (requests.length === 0) return undefined;
  return async (signal) => {
    const server = [...servers()].find((each) => canWarmUp(each));
    if (server === undefined) return;
    const comeBack = guarded.stepAside();
    signal.addEventListener('abort', comeBack, { once: true });
    const onNews = (news: Parameters<Parameters<typeof warmUp>[1]['onNews']>[0]): void =>
      tell({ kind: 'warm-up', ...news });
    await warmUp(server, { requests, timeoutMs, signal, onNews });
    comeBack();
  };
}
