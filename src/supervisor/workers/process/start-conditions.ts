import type { ReadyCondition, SocketKey, WorkerSetup } from '../../../worker/index.ts';

/** A worker that listens, but not on all that its predecessors did, counts as listening after this, in ms. */
const REMAINING_LISTENS_MS = 5000;

type StartSetup = Pick<WorkerSetup, 'readyByMessage' | 'warmUp' | 'listens' | 'isStandby'>;

interface StartListener {
  /** It lacks nothing any more. */
  readonly onMet: () => void;
  /** It has become a standby: it lacks nothing but the place of another worker. Its health indicators are looked at when it has that. */
  readonly onWarm: () => void;
}

/** What a worker that starts still lacks until it is ready. */
export class StartConditions {
  readonly #missingKeys: Set<SocketKey>;
  readonly #hasToListen: boolean;
  readonly #listener: StartListener;
  #listens = false;
  #conditions: readonly ReadyCondition[];
  #indicators: readonly string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #isWarm = false;

  /** @param keys Sockets that its predecessors listened on. */
  constructor(setup: StartSetup, keys: readonly SocketKey[], listener: StartListener) {
    this.#hasToListen = setup.listens;
    this.#missingKeys = new Set(setup.listens ? keys : []);
    this.#conditions = firstConditions(setup);
    this.#listener = listener;
  }

  /** The sockets that its predecessors listened on and it does not. */
  get missing(): ReadonlySet<SocketKey> {
    return this.#missingKeys;
  }

  /** It is not ready, but accepts on some of the sockets that its predecessors listened on. */
  get acceptsOnSome(): boolean {
    return !this.#isOver && this.#timer !== undefined && this.#conditions.length === 0;
  }

  /** It is not ready, listens, and waits for its own health indicators, not for its script. */
  get waitsForHealth(): boolean {
    const isHeldByHealth = this.#lacks('indicators') && !this.#lacks('message') && !this.#lacks('standby');
    return !this.#isOver && this.#listens && isHeldByHealth;
  }

  /** It has to listen, and does not listen on all that its predecessors did. */
  get lacksSockets(): boolean {
    return this.#hasToListen && !this.#listens;
  }

  /** As the rest of a sentence that begins with "it". */
  get lack(): string {
    if (!this.#listens) return this.#hasToListen ? 'did not listen' : 'did not come to run its event loop';
    if (this.#lacks('message')) return "did not call process.send('ready') (supervisor.ready)";
    if (!this.#lacks('indicators')) {
      return this.#lacks('warm-up')
        ? 'was still warming up (supervisor.warmUp)'
        : 'was a standby and did not begin to accept connections';
    }
    const names = this.#indicators.join(', ');
    return `${this.#hasToListen ? 'listened' : 'ran'}, but its critical health indicators were not up: ${names}`;
  }

  listens(key: SocketKey | undefined): void {
    if (key !== undefined) this.#missingKeys.delete(key);
    if (this.#missingKeys.size === 0) this.#listensEnough();
    else this.#timer ??= setTimeout(() => this.#listensEnough(), REMAINING_LISTENS_MS);
  }

  /** A socket that its predecessors listened on is not held any more. */
  released(key: SocketKey): void {
    if (this.#missingKeys.delete(key) && this.#missingKeys.size === 0 && this.#timer !== undefined)
      this.#listensEnough();
  }

  waits(conditions: readonly ReadyCondition[], indicators: readonly string[]): void {
    this.#conditions = conditions;
    this.#indicators = indicators;
    this.#check();
  }

  /** It is ready, or will never be. */
  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #listensEnough(): void {
    clearTimeout(this.#timer);
    this.#listens = true;
    this.#check();
  }

  #check(): void {
    if (this.#isOver || !this.#listens) return;
    if (this.#conditions.length === 0) this.#listener.onMet();
    else if (!this.#isWarm && this.#lacks('standby') && !this.#lacks('message') && !this.#lacks('warm-up')) {
      this.#isWarm = true;
      this.#listener.onWarm();
    }
  }

  #lacks(condition: ReadyCondition): boolean {
    return this.#conditions.includes(condition);
  }
}

/** What a worker waits for before it has said so. */
function firstConditions({ readyByMessage, warmUp, isStandby }: StartSetup): readonly ReadyCondition[] {
  const conditions: ReadyCondition[] = [];
  if (readyByMessage) conditions.push('message');
  if (warmUp.requests.length > 0) conditions.push('warm-up');
  if (isStandby) conditions.push('standby');
  return conditions;
}
