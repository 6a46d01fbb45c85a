// The metrics of back-pressure.
import { addInstruments, type Instrument } from '../core/instruments.ts';

/** A channel, or a connection that a guard watches, as far as the metrics know it. */
export interface Holder {
  readonly pendingBytes: number;
  readonly heldBytes: number;
  /** Infinity while its peer takes what is sent. */
  readonly blockedSinceMs: number;
}

/** The reasons that are Respite's own; those that users give to `evict()` are one, or they could make series at will. */
const REASONS = ['slow-peer', 'budget', 'hard-limit', 'overflow', 'source-failed', 'other'] as const;

/**
 * What all channels and guarded connections come to. Writes cost nothing: where something is left after sending what could be
 * sent is noted when that begins and when it ends, and gauges are summed over these when they are read.
 */
export class Ledger {
  readonly #holders = new Set<Holder>();
  readonly #evictions: Record<string, number> = Object.fromEntries(REASONS.map((reason) => [reason, 0]));
  #open = 0;
  #droppedMessages = 0;

  opened(): void {
    this.#open += 1;
  }

  closed(): void {
    this.#open -= 1;
  }

  /** Something is pending in it. */
  add(holder: Holder): void {
    this.#holders.add(holder);
  }

  /** Nothing is pending in it any more. */
  delete(holder: Holder): void {
    this.#holders.delete(holder);
  }

  evicted(reason: string): void {
    const label = Object.hasOwn(this.#evictions, reason) ? reason : 'other';
    this.#evictions[label] = (this.#evictions[label] ?? 0) + 1;
  }

  dropped(messages: number): void {
    this.#droppedMessages += messages;
  }

  read(): readonly Instrument[] {
    let pendingBytes = 0;
    let heldBytes = 0;
    let blocked = 0;
    for (const holder of this.#holders) {
      pendingBytes += holder.pendingBytes;
      heldBytes += holder.heldBytes;
      if (holder.blockedSinceMs !== Infinity) blocked += 1;
    }
    return [
      single(
        'gauge',
        'respite_backpressure_pending_bytes',
        'Bytes written that the kernel has not taken.',
        pendingBytes,
      ),
      single(
        'gauge',
        'respite_backpressure_held_bytes',
        'Memory that what is pending takes, as write budgets count it.',
        heldBytes,
      ),
      single(
        'gauge',
        'respite_backpressure_channels',
        'Open channels, and connections that a guard watches.',
        this.#open,
      ),
      single(
        'gauge',
        'respite_backpressure_blocked_channels',
        'Those whose peers have not taken what was sent to them.',
        blocked,
      ),
      {
        name: 'respite_backpressure_evictions_total',
        help: 'Peers disconnected, by reason.',
        type: 'counter',
        series: REASONS.map((reason) => ({ labels: { reason }, value: this.#evictions[reason] ?? 0 })),
      },
      single(
        'counter',
        'respite_backpressure_dropped_messages_total',
        'Broadcasts that a peer will never get, because it was behind.',
        this.#droppedMessages,
      ),
    ];
  }
}

let shown: Ledger | undefined;

/** The ledger of this process, shown from its first use on. */
export function processLedger(): Ledger {
  if (shown !== undefined) return shown;
  const ledger = new Ledger();
  addInstruments(() => ledger.read());
  shown = ledger;
  return ledger;
}

function single(type: Instrument['type'], name: string, help: string, value: number): Instrument {
  return { name, help, type, series: [{ labels: {}, value }] };
}
