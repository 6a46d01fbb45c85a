// How many requests a second both versions get when the user does not say: as many as keep a fifth of a core busy.

/** What a version did with a short load at one rate. */
export interface Trial {
  /** CPU seconds for each second; undefined where CPU time is unknown. */
  readonly busy: number | undefined;
  /** Share of requests that were served within the deadline. */
  readonly goodShare: number;
}

/** A server that is busier has queues, whose length says more about chance than about the version. */
const BUSY_ENOUGH = 0.2;

/** Served at least, or the rate is beyond what the server can do. */
const GOOD_ENOUGH = 0.99;

export const FIRST_RATE = 50;

/** More requests would not make the comparison more precise, and the generator needs its time too. */
const MAX_RATE = 2000;

/** A rate this much below the wanted one is close enough. */
const CLOSE = 1.2;

/** Doubles the rate until the server is busy enough; half of the rate at which it does not serve everything. */
export async function chooseRate(tryRate: (rate: number) => Promise<Trial>): Promise<number> {
  let rate = FIRST_RATE;
  for (;;) {
    let { busy, goodShare } = await tryRate(rate);
    // A cold start, or the machine had something else to do: twice is not chance.
    if (goodShare < GOOD_ENOUGH) ({ busy, goodShare } = await tryRate(rate));
    if (goodShare < GOOD_ENOUGH) return rate / 2;
    if (busy === undefined) return rate;
    const wanted = Math.max(1, Math.round(Math.min(MAX_RATE, (rate * BUSY_ENOUGH) / busy)));
    if (wanted <= CLOSE * rate) return wanted;
    rate = Math.min(2 * rate, wanted);
  }
}
