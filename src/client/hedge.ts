// A second attempt beside a first that takes longer than usual: whichever succeeds first is the answer.
import type { Attempted } from './attempted.ts';
import { verdictOf } from './outcome.ts';
import { discard } from './request.ts';
import { callTimeouts, Timeout } from './timeouts.ts';

/** What is raced. Attempts end with an outcome and never reject; `lost` aborts one that is no longer wanted. */
export interface Race {
  /** Time after which the second attempt starts, in ms. */
  readonly afterMs: number;
  first(lost: AbortSignal): Promise<Attempted>;
  /** Undefined if there is no second attempt after all. */
  second(lost: AbortSignal): Promise<Attempted> | undefined;
}

export async function race({ afterMs, first, second }: Race): Promise<Attempted> {
  const firstLost = new AbortController();
  const early = first(firstLost.signal);
  if (await endsWithin(early, afterMs)) return await early;
  const secondLost = new AbortController();
  const late = second(secondLost.signal);
  if (late === undefined) return await early;
  const [winner, loser, lost] = await Promise.race([
    early.then((won) => [won, late, secondLost] as const),
    late.then((won) => [won, early, firstLost] as const),
  ]);
  if (verdictOf(winner.outcome, undefined) === 'success') {
    lost.abort(NOT_WANTED);
    void loser.then(discardResponse);
    return winner;
  }
  discardResponse(winner);
  return await loser;
}

const NOT_WANTED = new Error('another attempt was faster');

function discardResponse(attempted: Attempted): void {
  if ('response' in attempted) discard(attempted.response);
}

/** Whether the attempt, which never rejects, ends in this time. */
function endsWithin(attempt: Promise<Attempted>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timeout = new Timeout({
      expire: () => {
        resolve(false);
      },
    });
    callTimeouts.start(timeout, ms);
    void attempt.then(() => {
      callTimeouts.stop(timeout);
      resolve(true);
    });
  });
}
