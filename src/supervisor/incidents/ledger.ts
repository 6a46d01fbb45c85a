import { IncidentCounter, type IncidentCounts } from './counts.ts';
import { processRedaction, type Redact, redactAll } from '../../core/redact.ts';
import type { Incident, IncidentOutcome, OnIncident } from './incident.ts';

/** As many are kept to be shown. */
const MOST = 20;

/** What is known of a fault when it is named. */
export type Opening = Pick<Incident, 'cause' | 'summary' | 'facts' | 'worker' | 'report'>;

/** What may turn out later. */
export type Findings = Partial<Pick<Incident, 'cause' | 'summary' | 'facts' | 'stack'>>;

/**
 * Every incident of this instance, and what listens to them. Secrets end here: whatever stores, logs, sends or shows an incident gets
 * it from the ledger, and the ledger has no other text than redacted text.
 */
export class IncidentLedger {
  readonly #nowMs: () => number;
  readonly #redact: Redact;
  readonly #listeners: OnIncident[] = [];
  readonly #recent = new Map<string, Incident>();
  readonly #counter = new IncidentCounter();

  /** @param redact Default: the one of this process. */
  constructor(nowMs: () => number, redact: Redact = processRedaction().redact) {
    this.#nowMs = nowMs;
    this.#redact = redact;
  }

  /** The last ones, each as it is known now, in the order in which they were opened. */
  get recent(): readonly Incident[] {
    return [...this.#recent.values()];
  }

  /** How many there were and are, by cause. */
  get counts(): IncidentCounts {
    return this.#counter.counts;
  }

  /** Calls back with every change from now on. */
  subscribe(listener: OnIncident): void {
    this.#listeners.push(listener);
  }

  open(opening: Opening): OpenIncident {
    return new OpenIncident(opening, this.#nowMs, this.#redact, (incident) => this.#keep(incident));
  }

  #keep(incident: Incident): void {
    this.#counter.changed(incident);
    this.#recent.set(incident.id, incident);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > MOST && oldest !== undefined) this.#recent.delete(oldest);
    for (const listener of this.#listeners) listener(incident);
  }
}

/** One incident while it lasts. */
export class OpenIncident {
  readonly #nowMs: () => number;
  readonly #redact: Redact;
  readonly #changed: OnIncident;
  #incident: Incident;

  constructor(opening: Opening, nowMs: () => number, redact: Redact, changed: OnIncident) {
    const openedAtMs = nowMs();
    this.#nowMs = nowMs;
    this.#redact = redact;
    this.#changed = changed;
    this.#incident = {
      ...withoutSecrets(opening, redact),
      id: `${new Date(openedAtMs).toISOString().replaceAll(/[:.]/g, '-')}-${opening.cause}-${opening.worker.id}`,
      openedAtMs,
      endedAtMs: undefined,
      steps: [],
      stack: undefined,
    };
    this.step(opening.summary);
  }

  /** As it is known now. */
  get incident(): Incident {
    return this.#incident;
  }

  /** How long it has lasted, in ms. */
  get ageMs(): number {
    return this.#nowMs() - this.#incident.openedAtMs;
  }

  /** Something was done or seen. */
  step(what: string, findings: Findings = {}): void {
    const { steps } = this.#incident;
    this.#incident = {
      ...this.#incident,
      ...withoutSecrets(findings, this.#redact),
      steps: [...steps, { atMs: this.#nowMs(), what: this.#redact(what) }],
    };
    this.#changed(this.#incident);
  }

  /** It is over since then, as has turned out now. */
  over(endedAtMs: number, outcome: IncidentOutcome): void {
    this.#incident = { ...this.#incident, endedAtMs, outcome };
    this.#changed(this.#incident);
  }

  /** It is over. @returns How long it lasted, in milliseconds. */
  end(what: string, outcome: IncidentOutcome = 'recovered'): number {
    const endedAtMs = this.#nowMs();
    this.#incident = { ...this.#incident, endedAtMs, outcome };
    this.step(what);
    return endedAtMs - this.#incident.openedAtMs;
  }
}

/** The same with its texts redacted. Causes and identifiers are our own, and stay. */
function withoutSecrets<T extends Findings & Partial<Opening>>(found: T, redact: Redact): T {
  const { summary, facts, report, stack } = found;
  return {
    ...found,
    ...(summary === undefined ? {} : { summary: redact(summary) }),
    ...(facts === undefined ? {} : { facts: facts.map((fact) => redact(fact)) }),
    ...(report === undefined ? {} : { report: { ...report, lastRequest: redact(report.lastRequest) } }),
    ...(stack === undefined ? {} : { stack: redactAll(stack, redact) }),
  };
}
