import type { Fingerprint, Fingerprints, RequestHead } from './fingerprint.ts';
import type { QuarantineNews, QuarantineRule, QuarantineRules } from './rules.ts';

/** A request as the quarantine sees it. */
export interface Quarantined extends RequestHead {
  /** Undefined while it was not needed. */
  fingerprint: Fingerprint | undefined;
  /** How it ended; undefined when that says nothing about this server. */
  readonly outcome: 'completed' | 'failed' | 'cancelled' | undefined;
}

/**
 * The quarantine as a worker has it: sheds what the supervisor has put into it, and tells which requests that look like those that
 * ended a worker were answered. One for a process.
 */
export class Quarantine {
  /** Count what would be shed, and shed nothing. */
  readonly isDryRun: boolean;
  readonly fingerprints: Fingerprints;
  readonly #tell: (news: QuarantineNews) => void;
  readonly #rules = new Map<string, QuarantineRule>();
  readonly #watched = new Set<string>();
  /** Places that a rule or a suspicion concerns. */
  readonly #places = new Set<string>();
  /** Rules whose one request is under way, by that request. */
  readonly #probes = new Map<object, string>();
  #isActive = false;
  #hasProbes = false;

  constructor(fingerprints: Fingerprints, isDryRun: boolean, tell: (news: QuarantineNews) => void) {
    this.fingerprints = fingerprints;
    this.isDryRun = isDryRun;
    this.#tell = tell;
  }

  /** Any request has to be looked at. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** In the place of all that was known before. */
  apply({ rules, watched }: QuarantineRules): void {
    this.#rules.clear();
    this.#watched.clear();
    this.#places.clear();
    for (const rule of rules) this.#rules.set(rule.key, rule);
    for (const key of watched) this.#watched.add(key);
    for (const place of [...rules.map((rule) => rule.place), ...watched]) this.#places.add(place);
    this.#hasProbes = rules.some(({ probes }) => probes);
    this.#isActive = this.#rules.size > 0 || this.#watched.size > 0;
  }

  /** Whether no rule forbids the request. */
  admits(request: Quarantined): boolean {
    const rule = this.#ruleFor(request);
    return rule === undefined || (rule.probes && !this.#isProbed(rule));
  }

  /** The request runs. */
  admitted(request: Quarantined): void {
    if (!this.#hasProbes) return;
    const rule = this.#ruleFor(request);
    if (rule?.probes === true && !this.#isProbed(rule)) this.#probes.set(request, rule.id);
  }

  /** The request has ended. */
  ended(request: Quarantined): void {
    const { fingerprint, outcome } = request;
    const id = this.#probes.get(request);
    this.#probes.delete(request);
    // A client that went away says nothing: its request may still run.
    if (fingerprint === undefined || (outcome !== 'completed' && outcome !== 'failed')) return;
    if (id !== undefined) this.#tell({ kind: 'probe-served', id });
    const keys = keysOf(fingerprint).filter((key) => this.#watched.delete(key));
    if (keys.length > 0) this.#tell({ kind: 'served', keys });
  }

  #ruleFor(request: Quarantined): QuarantineRule | undefined {
    if (request.fingerprint === undefined) {
      if (!this.#places.has(this.fingerprints.placeOf(request))) return undefined;
      request.fingerprint = this.fingerprints.of(request);
    }
    const { request: same, caller, shape } = request.fingerprint;
    return this.#rules.get(same) ?? this.#rules.get(caller) ?? this.#rules.get(shape);
  }

  #isProbed({ id }: QuarantineRule): boolean {
    for (const probed of this.#probes.values()) if (probed === id) return true;
    return false;
  }
}

/** The fingerprints that rules can name. */
export function keysOf({ request, caller, shape }: Fingerprint): readonly string[] {
  return [request, caller, shape];
}
