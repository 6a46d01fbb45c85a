// Which requests are in quarantine, and why. Pure: times come as arguments, in milliseconds from any origin.
import type { QuarantineRule, QuarantineScope, Suspect } from '../../worker/index.ts';

/** Deaths further apart than this have nothing to do with each other, in ms. */
export const MEMORY_MS = 600_000;

/** After this time one request is let through as a probe, in ms. */
export const PROBE_AFTER_MS = 3_600_000;

/** The same for a quarantine that concerns all callers, at first, in ms; it doubles with each probe that ends a worker. */
export const PROBE_EVERYONE_AFTER_MS = 60_000;

/** A quarantine that no request has asked to leave for this long after its probe was due is over, in ms. */
export const FORGET_AFTER_MS = 3_600_000;

/** Maximum of quarantines. */
export const MAX_QUARANTINES = 32;

/** Maximum of deaths that are remembered. */
const MAX_DEATHS = 64;

/** How long a suspected shape has to go unserved before one caller known by an address only loses it, and before all callers do, in ms. */
export const WATCH_ADDRESS_MS = 10_000;
export const WATCH_EVERYONE_MS = 60_000;

/** Deaths, and callers that they are spread over, before all callers lose a shape. */
const DEATHS_FOR_EVERYONE = 3;
const CALLERS_FOR_EVERYONE = 2;

/** A worker that died, or had to be replaced, while it handled a request. */
interface Death {
  readonly worker: number;
  readonly atMs: number;
  readonly suspect: Suspect;
}

/** What the deaths justify. */
interface Judged {
  readonly scope: QuarantineScope;
  readonly key: string;
  readonly deaths: number;
}

export interface QuarantineEntry {
  /** `q1`, `q2` and so on. */
  readonly id: string;
  readonly scope: QuarantineScope;
  readonly key: string;
  readonly place: string;
  /** Method and pattern of the route, or the method alone. */
  readonly name: string;
  /** Workers that died before it began. */
  readonly deaths: number;
  readonly sinceMs: number;
  /** When one request is let through. */
  readonly probeMs: number;
  /** How long it was to wait for that. */
  readonly waitMs: number;
}

/** Keeps count of deaths by fingerprint; see docs/design/quarantine.md for the rules. */
export class QuarantineRegistry {
  #deaths: Death[] = [];
  /** When requests with a fingerprint were last seen to be answered. */
  readonly #servedMs = new Map<string, number>();
  readonly #entries = new Map<string, QuarantineEntry>();
  #lastDeathMs = -Infinity;
  #begun = 0;
  #died = 0;

  get entries(): readonly QuarantineEntry[] {
    return [...this.#entries.values()];
  }

  /** Quarantines since the start. */
  get begun(): number {
    return this.#begun;
  }

  /** Deaths that a request was blamed for, since the start. */
  get deaths(): number {
    return this.#died;
  }

  /** No room for another one. */
  get isFull(): boolean {
    return this.#entries.size >= MAX_QUARANTINES;
  }

  /** A worker has died lately. */
  isAlert(nowMs: number): boolean {
    return nowMs - this.#lastDeathMs < MEMORY_MS;
  }

  /** A worker has died, on a request or not. */
  alert(nowMs: number): void {
    this.#lastDeathMs = nowMs;
  }

  /** A worker died on the same request lately. */
  isSuspected({ request }: Suspect, nowMs: number): boolean {
    return this.#deaths.some(({ atMs, suspect }) => nowMs - atMs < MEMORY_MS && suspect.request === request);
  }

  /** Fingerprints that a worker died on lately. */
  watched(nowMs: number): readonly string[] {
    const recent = this.#deaths.filter(({ atMs }) => nowMs - atMs < MEMORY_MS);
    return [
      ...new Set(
        recent.flatMap(({ suspect: { request, caller, shape, place } }) => [request, caller, shape, place]),
      ),
    ];
  }

  /** What workers have to shed. @param isProber Whether the worker may let a probe through. */
  rules(nowMs: number, isProber: boolean): readonly QuarantineRule[] {
    return this.entries.map(({ id, scope, key, place, probeMs }) => ({
      id,
      scope,
      key,
      place,
      probes: isProber && nowMs >= probeMs,
    }));
  }

  /** A worker died on a request. @returns The quarantine that begins with it, if one does. */
  died(worker: number, suspect: Suspect, nowMs: number): QuarantineEntry | undefined {
    this.alert(nowMs);
    this.#deaths = this.#deaths.filter(({ atMs }) => nowMs - atMs < MEMORY_MS).slice(1 - MAX_DEATHS);
    if (this.#deaths.some((death) => death.worker === worker)) return undefined;
    this.#deaths.push({ worker, atMs: nowMs, suspect });
    this.#died += 1;
    if (this.#renew(suspect, nowMs)) return undefined;
    const found = this.#judge(suspect, nowMs);
    if (found === undefined || this.isFull) return undefined;
    return this.#begin(found, suspect, nowMs);
  }

  /** Requests with these fingerprints were answered. */
  served(keys: readonly string[], nowMs: number): void {
    const watched = new Set(this.watched(nowMs));
    for (const key of this.#servedMs.keys()) if (!watched.has(key)) this.#servedMs.delete(key);
    for (const key of keys) if (watched.has(key)) this.#servedMs.set(key, nowMs);
  }

  /** Ends a quarantine: by command, or because its probe was answered. What led to it is forgotten. */
  release(id: string): QuarantineEntry | undefined {
    const entry = this.entries.find((each) => each.id === id);
    if (entry === undefined) return undefined;
    this.#entries.delete(entry.key);
    this.#deaths = this.#deaths.filter(({ suspect }) => keyOf(suspect, entry.scope) !== entry.key);
    return entry;
  }

  /** @returns Quarantines that are over because nothing asks for them any more. */
  expire(nowMs: number): readonly QuarantineEntry[] {
    const over = this.entries.filter(({ probeMs }) => nowMs - probeMs >= FORGET_AFTER_MS);
    for (const { key } of over) this.#entries.delete(key);
    return over;
  }

  /** The request was a probe, or on its way when its quarantine began. @returns False if none concerns it. */
  #renew(suspect: Suspect, nowMs: number): boolean {
    const entry = [suspect.request, suspect.caller, suspect.shape]
      .map((key) => this.#entries.get(key))
      .find((found) => found !== undefined);
    if (entry === undefined) return false;
    const isProbe = nowMs >= entry.probeMs;
    const waitMs = isProbe ? Math.min(PROBE_AFTER_MS, 2 * entry.waitMs) : entry.waitMs;
    this.#entries.set(entry.key, { ...entry, deaths: entry.deaths + 1, waitMs, probeMs: nowMs + waitMs });
    return true;
  }

  /** The narrowest quarantine that the deaths justify. */
  #judge(suspect: Suspect, nowMs: number): Judged | undefined {
    const { request, caller, shape, isNamed } = suspect;
    const same = this.#deathsOn('request', request);
    if (same.length >= 2 && !this.#wasServed(request, same)) {
      return { scope: 'request', key: request, deaths: same.length };
    }
    const own = this.#deathsOn('caller', caller);
    const isWatched = nowMs - (own[0]?.atMs ?? nowMs) >= WATCH_ADDRESS_MS;
    if (own.length >= 2 && (isNamed || (isWatched && !this.#wasServed(caller, own)))) {
      return { scope: 'caller', key: caller, deaths: own.length };
    }
    const all = this.#deathsOn('everyone', shape);
    const callers = new Set(all.map((death) => death.suspect.identity)).size;
    const isLong = nowMs - (all[0]?.atMs ?? nowMs) >= WATCH_EVERYONE_MS;
    const isMany = all.length >= DEATHS_FOR_EVERYONE && callers >= CALLERS_FOR_EVERYONE;
    if (isMany && isLong && !this.#wasServed(shape, all)) {
      return { scope: 'everyone', key: shape, deaths: all.length };
    }
    return undefined;
  }

  #deathsOn(scope: QuarantineScope, key: string): readonly Death[] {
    return this.#deaths.filter(({ suspect }) => keyOf(suspect, scope) === key);
  }

  /** Since the first of these deaths. */
  #wasServed(key: string, [first]: readonly Death[]): boolean {
    return first !== undefined && (this.#servedMs.get(key) ?? -Infinity) >= first.atMs;
  }

  #begin({ scope, key, deaths }: Judged, { name, place }: Suspect, nowMs: number): QuarantineEntry {
    const waitMs = scope === 'everyone' ? PROBE_EVERYONE_AFTER_MS : PROBE_AFTER_MS;
    this.#begun += 1;
    const id = `q${this.#begun}`;
    const entry = { id, scope, key, place, name, deaths, sinceMs: nowMs, probeMs: nowMs + waitMs, waitMs };
    this.#entries.set(key, entry);
    return entry;
  }
}

function keyOf({ request, caller, shape }: Suspect, scope: QuarantineScope): string {
  switch (scope) {
    case 'request':
      return request;
    case 'caller':
      return caller;
    case 'everyone':
      return shape;
    default:
      return scope satisfies never;
  }
}
