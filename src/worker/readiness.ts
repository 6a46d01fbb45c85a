// When a worker begins to accept connections: it listens, and what else its start has to wait for is done.
import type { IndicatorReport } from '../core/health-link.ts';
import type { ReadyCondition, ToSupervisor } from './protocol.ts';

interface ReadinessConfig {
  /** The script says when it is ready: `process.send('ready')`. */
  readonly byMessage: boolean;
  /** Others listened before: this worker waits until its own critical indicators are up. */
  readonly waitsForHealth: boolean;
  /** It waits, when all else is met, until the supervisor has it serve. */
  readonly isStandby: boolean;
  /** Makes the requests that come before the first client's, when all else is met; undefined where there are none. */
  readonly warmUp: ((signal: AbortSignal) => Promise<void>) | undefined;
  readonly tell: (message: ToSupervisor) => void;
  /** Accepts from now on, also what has waited. Called once. */
  readonly open: () => void;
}

/** Holds a worker back from accepting connections until it is ready. What holds it back is decided when it first listens. */
export class Readiness {
  readonly #config: ReadinessConfig;
  readonly #conditions = new Set<ReadyCondition>();
  #reports: readonly IndicatorReport[] = [];
  #listens = false;
  #isWarmingUp = false;
  #isOpen = false;
  readonly #opened = new AbortController();

  constructor(config: ReadinessConfig) {
    this.#config = config;
    if (config.byMessage) this.#conditions.add('message');
    if (config.warmUp !== undefined) this.#conditions.add('warm-up');
    if (config.isStandby) this.#conditions.add('standby');
  }

  /** Nothing may be accepted yet. */
  get isHeld(): boolean {
    return !this.#isOpen && (this.#conditions.size > 0 || (!this.#listens && this.#waitsForIndicators));
  }

  /** Other workers may be there from now on. */
  get hasListened(): boolean {
    return this.#listens;
  }

  /** A server listens, and stays. Indicators that are registered later hold nothing back. */
  listens(): void {
    if (this.#listens) return;
    this.#listens = true;
    if (this.#waitsForIndicators) this.#conditions.add('indicators');
    if (!this.isHeld) this.#isOpen = true;
    else this.#tell();
    // Its listener may still have to be told that it listens.
    setImmediate(() => this.#warmUpIfDue());
  }

  /** The script has called `process.send('ready')`. */
  saidReady(): void {
    this.#met('message');
  }

  /** It takes the place of another worker. */
  serves(): void {
    this.#met('standby');
  }

  reported(reports: readonly IndicatorReport[]): void {
    this.#reports = reports;
    if (this.#down.length === 0) this.#met('indicators');
  }

  /** The supervisor has this worker serve, whatever it waits for. */
  openAnyway(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#opened.abort();
    this.#config.open();
  }

  get #waitsForIndicators(): boolean {
    return this.#config.waitsForHealth && this.#down.length > 0;
  }

  /** Critical indicators that readiness depends on and that are not up. */
  get #down(): readonly string[] {
    const decisive = this.#reports.filter(({ critical, groups }) => critical && groups.includes('ready'));
    return decisive.filter(({ status }) => status !== 'UP').map(({ name }) => name);
  }

  #met(condition: ReadyCondition): void {
    if (!this.#conditions.delete(condition) || this.#isOpen) return;
    if (this.#listens && this.#conditions.size === 0) this.openAnyway();
    this.#tell();
    this.#warmUpIfDue();
  }

  /** The last condition, for a standby too: it is warm when it is needed. */
  #warmUpIfDue(): void {
    const { warmUp } = this.#config;
    const left = [...this.#conditions].filter((condition) => condition !== 'standby');
    const isDue = this.#listens && left.length === 1 && left[0] === 'warm-up';
    if (!isDue || this.#isOpen || this.#isWarmingUp || warmUp === undefined) return;
    this.#isWarmingUp = true;
    void warmUp(this.#opened.signal).then(() => this.#met('warm-up'));
  }

  #tell(): void {
    this.#config.tell({ kind: 'waits', conditions: [...this.#conditions], indicators: [...this.#down] });
  }
}
