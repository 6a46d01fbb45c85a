// The accept queue, as Netflix found its own: raise the backlog from 10 until connection time-outs are gone, with 1, 4 and 32 copies of
// the socket that are listened on.

/** Many new connections at once, and what became of them. */
export interface Burst {
  readonly connections: number;
  /** Connections that the kernel did not take at once, because the accept queue was full: their clients tried again after a second or more. */
  readonly timedOut: number;
  /** Until half of the connections, and all, had an answer. */
  readonly medianMs: number;
  readonly slowestMs: number;
}

export interface AcceptSetting {
  readonly copies: number;
  /** Undefined: as the script has it. */
  readonly backlog: number | undefined;
}

export type AcceptTrial = AcceptSetting & Burst & { readonly backlog: number };

/** Starts the server with a setting and sends the burst. Undefined when there is no time left. */
export type MeasureAccept = (setting: AcceptSetting) => Promise<Burst | undefined>;

export interface AcceptQueue {
  /** With the script's own backlog and the configuration's number of copies. */
  readonly asConfigured: (AcceptSetting & Burst) | undefined;
  /** By number of copies, then by backlog. */
  readonly trials: readonly AcceptTrial[];
  /** Of each number of copies the smallest backlog without time-outs, if one was found. */
  readonly knees: readonly AcceptTrial[];
  /** False when the time ended before. */
  readonly isComplete: boolean;
}

/** 10, then about 1.6 times as much each, up to Node.js's own default. */
const BACKLOGS = [10, 16, 25, 40, 63, 100, 160, 250, 511];
/** First what Respite does by default, so that it is known when time ends. */
const COPIES = [32, 1, 4];

export async function exploreAcceptQueue(
  configuredCopies: number,
  measure: MeasureAccept,
): Promise<AcceptQueue> {
  const own = { copies: configuredCopies, backlog: undefined };
  const first = await measure(own);
  const asConfigured = first && { ...own, ...first };
  const trials: AcceptTrial[] = [];
  const knees: AcceptTrial[] = [];
  let isComplete = true;
  let least = 0;
  const isTooShort = async (copies: number, backlog: number): Promise<boolean | undefined> => {
    const burst = await measure({ copies, backlog });
    if (burst === undefined) return undefined;
    trials.push({ copies, backlog, ...burst });
    return burst.timedOut > 0;
  };
  for (const copies of COPIES) {
    isComplete = await climb(stepsFrom(least), (backlog) => isTooShort(copies, backlog));
    const knee = trials
      .filter((trial) => trial.copies === copies && trial.timedOut === 0)
      .toSorted((a, b) => a.backlog - b.backlog)[0];
    if (knee !== undefined) knees.push(knee);
    // Fewer copies accept no faster, so they need no shorter a queue.
    least = Math.max(least, knee?.backlog ?? 0);
    if (!isComplete) break;
  }
  const sorted = trials.toSorted((a, b) => a.copies - b.copies || a.backlog - b.backlog);
  return { asConfigured, trials: sorted, knees: knees.toSorted((a, b) => a.copies - b.copies), isComplete };
}

/** The shortest backlog, which shows what too short a queue does, and those from one step below `least` upwards. */
function stepsFrom(least: number): readonly number[] {
  const from = BACKLOGS.findIndex((backlog) => backlog >= least);
  return BACKLOGS.filter((_, i) => i === 0 || i >= from - 1);
}

/** Every second step, and the last one, until one is enough; then the step below that one. @returns False when there was no time for it. */
async function climb(
  steps: readonly number[],
  isTooShort: (backlog: number) => Promise<boolean | undefined>,
): Promise<boolean> {
  const last = steps.length - 1;
  let tooShort = -1;
  for (let i = 0; tooShort < last; i = Math.min(i + 2, last)) {
    const found = await isTooShort(steps[i] ?? 0);
    if (found === undefined) return false;
    if (found) tooShort = i;
    else return i - 1 <= tooShort || (await isTooShort(steps[i - 1] ?? 0)) !== undefined;
  }
  return true;
}

/** The knee whose connections were all answered first; of those that are about as fast, the one with fewest copies. */
export function bestKnee(knees: readonly AcceptTrial[]): AcceptTrial | undefined {
  const fastestMs = Math.min(...knees.map(({ slowestMs }) => slowestMs));
  return knees
    .filter(({ slowestMs }) => slowestMs <= 1.25 * fastestMs + 25)
    .toSorted((a, b) => a.copies - b.copies)[0];
}
