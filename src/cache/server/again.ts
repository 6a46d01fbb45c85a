// A request that has waited for the handler of another, in vain.
import type { Answer } from '../engine/answer.ts';
import type { MaybePromise } from '../store/contract.ts';

/** How often a request waits for the handler of another before its own runs. */
const MOST_TIMES = 2;

/** As much of an origin as is used. */
interface LocalOrigin {
  readonly signal: AbortSignal | undefined;
  readonly hasRun: boolean;
}

/**
 * Answers a request. Where the handler of another was to answer it, and its client has left, this one is handled anew, together with
 * all that have waited: one of their handlers runs, not each.
 */
export async function handled(handle: () => MaybePromise<Answer>, origin: LocalOrigin): Promise<Answer> {
  for (let times = 1; ; times += 1) {
    try {
      return await handle();
    } catch (error) {
      if (origin.hasRun || origin.signal?.aborted === true || times === MOST_TIMES) throw error;
    }
  }
}
