// Requests as they become due, wherever their times come from.
import type { Plan } from './plan.ts';
import { random } from './random.ts';

/** What a client does when its request is refused. */
export type Manner = 'gives up' | 'obeys' | 'ignores';

/** The request that is due next. */
export interface Arrivals {
  /** From the start of the run, in ms; Infinity when there is none. */
  readonly dueMs: number;
  readonly kind: number;
  readonly manner: Manner;
  readonly isSlow: boolean;
  /** Of kinds that vary. */
  readonly path: string | undefined;
  readonly bodyBytes: number;
  /** Goes on to the next request. */
  advance(): void;
  /** Nothing more is due. */
  end(): void;
}

/** Apart from each other, so that another share of clients leaves the arrivals as they are. */
const MANNER_STREAM = 0x7f4a_7c15;
const PACE_STREAM = 0x3c6e_f372;

/** How the clients of requests behave: drawn from the seed alone. */
export class Clients {
  readonly #plan: Pick<Plan, 'slowShare' | 'obeyShare' | 'ignoreShare'>;
  readonly #manners: () => number;
  readonly #paces: () => number;

  constructor(plan: Pick<Plan, 'seed' | 'slowShare' | 'obeyShare' | 'ignoreShare'>) {
    this.#plan = plan;
    this.#manners = random(plan.seed ^ MANNER_STREAM);
    this.#paces = random(plan.seed ^ PACE_STREAM);
  }

  nextManner(): Manner {
    const { obeyShare, ignoreShare } = this.#plan;
    if (obeyShare + ignoreShare === 0) return 'gives up';
    const drawn = this.#manners();
    if (drawn < obeyShare) return 'obeys';
    return drawn < obeyShare + ignoreShare ? 'ignores' : 'gives up';
  }

  nextIsSlow(): boolean {
    const { slowShare } = this.#plan;
    return slowShare > 0 && this.#paces() < slowShare;
  }
}
