// Recording and alerting rules, and what becomes of them over time.
import { evaluate } from './evaluate.ts';
import { type Expression, metricsIn } from './expression.ts';
import { parseExpression } from './parse.ts';
import { keyOf, type Labels, nameless, type SeriesStore } from './series.ts';

export interface WrittenRule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  /** How long an alert's expression must hold before it fires, in ms. Default: 0. */
  readonly forMs?: number;
  /** `page` wakes a person, `ticket` does not. */
  readonly severity?: string;
}

/** Rules that are evaluated one after the other, every `intervalMs`. */
export interface RuleGroup {
  readonly name: string;
  readonly intervalMs: number;
  readonly rules: readonly WrittenRule[];
}

/** An alert that has fired. */
export interface FiredAlert {
  readonly alert: string;
  readonly severity: string;
  readonly labels: Labels;
  readonly firedAtMs: number;
}

interface Rule extends WrittenRule {
  readonly expression: Expression;
  /** What the last evaluation has found, by its labels. */
  readonly current: Map<string, Found>;
}

interface Found {
  /** Of the series that it was written to. */
  readonly labels: Labels;
  readonly sinceMs: number;
}

/** The metric that Prometheus keeps of alerts. */
const ALERTS = 'ALERTS';

/** Evaluates rules as time goes on. */
export class Rules {
  readonly #groups: readonly { readonly intervalMs: number; readonly rules: readonly Rule[] }[];
  readonly #store: SeriesStore;
  readonly #fired = new Map<string, FiredAlert>();

  /** Throws a `SyntaxError` for a rule that can't be evaluated. */
  constructor(groups: readonly RuleGroup[], store: SeriesStore) {
    this.#store = store;
    this.#groups = groups.map(({ intervalMs, rules }) => ({
      intervalMs,
      rules: rules.map((rule) => ({ ...rule, expression: parseExpression(rule.expr), current: new Map() })),
    }));
  }

  /** Every alert that has fired so far, each set of labels once. */
  get fired(): readonly FiredAlert[] {
    return [...this.#fired.values()];
  }

  /**
   * Writes what recording rules would have recorded if everything had been as it is at `atMs` since `fromMs`. Rules only look at rules
   * before them.
   */
  seed(fromMs: number, atMs: number): void {
    for (const { intervalMs, rules } of this.#groups) {
      for (const { record, expression } of rules) {
        if (record === undefined) continue;
        for (const { labels, value } of this.#vector(expression, atMs)) {
          const own = nameless(labels);
          for (
            let ms = atMs - Math.floor((atMs - fromMs) / intervalMs) * intervalMs;
            ms <= atMs;
            ms += intervalMs
          )
            this.#store.append(record, own, { atMs: ms, value });
        }
      }
    }
  }

  /** Evaluates every group that is due after `fromMs` and until `toMs`. */
  run(fromMs: number, toMs: number): void {
    const due = this.#groups.flatMap(({ intervalMs, rules }) => {
      const count = Math.max(0, Math.floor((toMs - fromMs) / intervalMs));
      return Array.from({ length: count }, (_, i) => ({ atMs: fromMs + (i + 1) * intervalMs, rules }));
    });
    for (const { atMs, rules } of due.toSorted((a, b) => a.atMs - b.atMs)) {
      for (const rule of rules) {
        if (rule.record === undefined) this.#alert(rule, atMs);
        else this.#record(rule, rule.record, atMs);
      }
    }
  }

  #record({ expression, current }: Rule, name: string, atMs: number): void {
    const before = take(current);
    for (const { labels, value } of this.#vector(expression, atMs)) {
      const own = nameless(labels);
      this.#store.append(name, own, { atMs, value });
      current.set(keyOf(own), { labels: own, sinceMs: atMs });
    }
    this.#endOthers(name, before, current, atMs);
  }

  #alert({ alert = '', severity = '', forMs = 0, expression, current }: Rule, atMs: number): void {
    const before = take(current);
    for (const element of this.#vector(expression, atMs)) {
      const labels = nameless(element.labels);
      const key = keyOf(labels);
      const sinceMs = before.get(key)?.sinceMs ?? atMs;
      const isFiring = atMs - sinceMs >= forMs;
      const state = { alertname: alert, alertstate: isFiring ? 'firing' : 'pending', severity };
      const own = { ...labels, ...state };
      this.#store.append(ALERTS, own, { atMs, value: 1 });
      current.set(key, { labels: own, sinceMs });
      const id = `${alert} ${key}`;
      if (isFiring && !this.#fired.has(id)) this.#fired.set(id, { alert, severity, labels, firedAtMs: atMs });
    }
    this.#endOthers(ALERTS, before, current, atMs);
  }

  /** Series that are not written any more end at once, not only after the lookback. */
  #endOthers(name: string, before: Rule['current'], now: Rule['current'], atMs: number): void {
    const written = new Set([...now.values()].map(({ labels }) => keyOf(labels)));
    for (const { labels } of before.values())
      if (!written.has(keyOf(labels))) this.#store.append(name, labels, { atMs, value: undefined });
  }

  #vector(
    expression: Expression,
    atMs: number,
  ): readonly { readonly labels: Labels; readonly value: number }[] {
    const result = evaluate(expression, this.#store, atMs);
    return typeof result === 'number' ? [{ labels: {}, value: result }] : result;
  }
}

/** The metrics that rules look at and do not record themselves. */
export function metricsOf(groups: readonly RuleGroup[]): ReadonlySet<string> {
  const rules = groups.flatMap((group) => group.rules);
  const names = new Set(rules.flatMap(({ expr }) => [...metricsIn(parseExpression(expr))]));
  for (const { record } of rules) if (record !== undefined) names.delete(record);
  return names;
}

/** Empties it. @returns What was in it. */
function take(current: Rule['current']): Rule['current'] {
  const before = new Map(current);
  current.clear();
  return before;
}
