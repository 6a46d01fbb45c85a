// What becomes of an answer: it is stored, confirms what is stored, replaces or removes it, or is for one user only.
import type { ResolvedCacheOptions } from '../options.ts';
import { admit } from '../policy/admit.ts';
import { mayServeOnError, mayUse } from '../policy/decide.ts';
import { conditions, freshen, headContradicts, isAbout } from '../policy/freshen.ts';
import type { StoredEntry } from '../policy/record.ts';
import type { CacheRequest } from '../policy/request.ts';
import { varyFields } from '../../http/vary.ts';
import { isTrouble } from './back-off.ts';
import { ByName } from './by-name.ts';
import type { ByteBudget } from './byte-budget.ts';
import { commit } from './commit.ts';
import type { Flight, Outcome } from './flight.ts';
import { attempt } from './invalidation.ts';
import { KeptBodies } from './kept-bodies.ts';
import type { Found } from './lookup.ts';
import type { Origin } from './origin.ts';
import { type AdmittedPart, admitPart, commitPart, completionFor } from './partial.ts';
import type { CacheCounters } from './statistics.ts';
import type { Arrived, Upstream } from './upstream.ts';

/** How long requests for what could not be stored don't wait for each other; as in Varnish (hit-for-miss). */
const UNCACHEABLE_MS = 120_000;

/** Answers to credentials. */
const ABOUT_USERS: ReadonlySet<number> = new Set([401, 403, 407]);

const UNCHANGED: Readonly<Record<string, string | undefined>> = Object.freeze({});

/** The cache wants all of it, and answers the client's conditions itself. */
const UNCONDITIONAL: Readonly<Record<string, string | undefined>> = Object.freeze({
  'if-none-match': undefined,
  'if-modified-since': undefined,
});

/** Whether what is stored is no answer to who asks that way: a redirect to those who follow, an encoded body to `fetch`. */
export function isUnfit({ status, fields, decoded }: StoredEntry, origin: Origin): boolean {
  if (origin.follows && status >= 300 && status < 400 && fields['location'] !== undefined) return true;
  const encoding = fields['content-encoding'];
  return !decoded && encoding !== undefined && origin.decodes(encoding);
}

export class Outcomes {
  readonly #options: ResolvedCacheOptions;
  readonly #upstream: Upstream;
  readonly #steadyNow: () => number;
  readonly #bodies: KeptBodies;
  readonly #counters: CacheCounters;
  /** Until when. */
  readonly #uncacheable = new ByName<number>();

  constructor(
    options: ResolvedCacheOptions,
    upstream: Upstream,
    steadyNow: () => number,
    budget: ByteBudget,
    counters: CacheCounters,
  ) {
    this.#options = options;
    this.#upstream = upstream;
    this.#steadyNow = steadyNow;
    this.#bodies = new KeptBodies(options, upstream, budget, counters);
    this.#counters = counters;
  }

  /** Whether what last came from there could not be stored, so that waiting for it is of no use. */
  isUncacheable({ resource }: CacheRequest): boolean {
    const until = this.#uncacheable.get(resource);
    return until !== undefined && this.#steadyNow() < until;
  }

  /** Sends a flight's request. `land` is called when what it brought is stored, or won't be. */
  async bring(flight: Flight, land: () => void): Promise<Outcome> {
    const { request, found, origin } = flight;
    const { entry } = found;
    const epoch = await attempt(() => this.#options.store.epoch());
    const isAboutEntry =
      entry !== undefined &&
      request.method === 'GET' &&
      request.range === undefined &&
      !request.directives.noStore &&
      !request.hasPrecondition &&
      mayUse(request, entry) &&
      !isUnfit(entry, origin);
    const { reload } = request.directives;
    const completion = completionFor(flight);
    if (completion !== undefined) {
      const part = await this.#upstream.send(flight, completion.asked);
      const whole = part.status === 206 ? completion.complete(part) : part;
      // 416 and a part that was not asked for are no answers to the user's request.
      if (whole !== undefined && whole.status !== 416)
        return this.#decide(flight, whole, part.status, isAboutEntry, epoch, land);
      void part.body?.cancel().catch(ignore);
    }
    const asked = isAboutEntry && !reload ? conditions(entry) : undefined;
    let arrived = await this.#upstream.send(
      flight,
      asked === undefined ? (reload ? UNCONDITIONAL : UNCHANGED) : { ...UNCONDITIONAL, ...asked },
    );
    if (entry !== undefined && asked !== undefined && arrived.status === 304) {
      void arrived.body?.cancel().catch(ignore);
      if (!arrived.redirected && isAbout(arrived.fields, entry)) {
        this.#counters.notModified += 1;
        const validated = (await this.#refreshed(flight, entry, arrived, epoch)) ?? entry;
        land();
        return { kind: 'validated', entry: validated, body: found.body, setCookies: arrived.setCookies };
      }
      // It is about a response that is not stored here.
      if (origin.isLocal) {
        // A handler that confirms what it was not asked about is believed once.
        await this.#forget(found);
        land();
        return { kind: 'validated', entry, body: found.body, setCookies: arrived.setCookies };
      }
      arrived = await this.#upstream.send(flight, UNCONDITIONAL);
    }
    if (request.method === 'HEAD' && entry !== undefined && isAboutStored(request, entry, arrived))
      await this.#refreshed(flight, entry, arrived, epoch);
    return this.#decide(flight, arrived, arrived.status, isAboutEntry, epoch, land);
  }

  /** To store what has come, or not. */
  async #decide(
    flight: Flight,
    arrived: Arrived,
    answeredBy: number,
    isAboutEntry: boolean,
    epoch: number | undefined,
    land: () => void,
  ): Promise<Outcome> {
    const { request, found } = flight;
    const part = admitPart(request, found, arrived, this.#options);
    if (part !== undefined) return this.#keepPart(flight, part, arrived, epoch, land);
    const isBad = isTrouble(arrived.status);
    const isWorse =
      found.entry !== undefined && isBad && mayServeOnError(request, found.entry, arrived.respondedAt);
    const admitted = arrived.redirected || isWorse ? 'no-use' : admit(request, arrived, this.#options);
    if (typeof admitted === 'string' || isLarger(arrived, this.#options.entryLimitBytes)) {
      if (request.isPlain && !isBad) this.#markUncacheable(request);
      // What was stored is no longer what the origin gives; a user's own 401 doesn't say that.
      const isAboutUser = !request.isShareable && ABOUT_USERS.has(arrived.status);
      const isAboutFound = isAboutEntry || (found.partial !== undefined && request.isPlain);
      if (isAboutFound && arrived.status !== 304 && !isBad && !isAboutUser) await this.#forget(found);
      land();
      return { kind: 'single', response: arrived };
    }
    this.#uncacheable.delete(request.resource);
    const entry = { ...admitted, epoch: epoch ?? 0 };
    const isStored = epoch !== undefined && !found.isBlind;
    const { store } = this.#options;
    const body = this.#bodies.open(flight, arrived, isStored, {
      store: async (bytes) => {
        const record = { ...entry, bodyBytes: bytes.byteLength };
        const isPut =
          isWhole(arrived, bytes.byteLength) && (await commit(store, request, found, record, bytes));
        return isPut ? record : undefined;
      },
      onTooLarge: () => {
        this.#markUncacheable(request);
      },
      land,
    });
    return { kind: 'shared', entry, answeredBy, body, isStored };
  }

  /** A part goes to the one who asked for it, and into the store once all of it has come. */
  #keepPart(
    flight: Flight,
    admitted: AdmittedPart,
    arrived: Arrived,
    epoch: number | undefined,
    land: () => void,
  ): Outcome {
    const { request, found } = flight;
    const { store, entryLimitBytes } = this.#options;
    const part = { ...admitted, entry: { ...admitted.entry, epoch: epoch ?? 0 } };
    const isStored = epoch !== undefined && !found.isBlind;
    const body = this.#bodies.open(flight, arrived, isStored, {
      store: (bytes) => commitPart(store, request, found, part, bytes, entryLimitBytes),
      onTooLarge: ignore,
      land,
    });
    return { kind: 'shared', entry: admitted.shown, answeredBy: arrived.status, body, isStored };
  }

  /**
   * The stored response with the fields of a 304 (RFC 9111, 4.3.4) or of an answer to HEAD (4.3.5); undefined if it is to be kept no
   * longer, as it is another by now, or would be found by other fields than these.
   */
  async #refreshed(
    { request, found }: Flight,
    entry: StoredEntry,
    arrived: Arrived,
    epoch: number | undefined,
  ): Promise<StoredEntry | undefined> {
    const isOther = arrived.status !== 304 && headContradicts(arrived.fields, entry);
    const fresher = isOther ? 'no-use' : freshen(request, entry, arrived, this.#options);
    if (
      typeof fresher === 'string' ||
      varyFields(fresher.fields).join() !== varyFields(entry.fields).join()
    ) {
      await this.#forget(found);
      return undefined;
    }
    const updated = { ...fresher, epoch: epoch ?? entry.epoch };
    if (epoch !== undefined)
      await attempt(() => this.#options.store.update(found.key, updated, found.lookup.version));
    return updated;
  }

  #markUncacheable({ resource }: CacheRequest): void {
    this.#uncacheable.set(resource, this.#steadyNow() + UNCACHEABLE_MS);
  }

  async #forget(found: Found): Promise<void> {
    if (!found.isBlind) await attempt(() => this.#options.store.delete(found.key));
  }
}

/** Whether an answer to HEAD says what GET would give in place of the stored response. */
function isAboutStored(request: CacheRequest, entry: StoredEntry, arrived: Arrived): boolean {
  return arrived.status === 200 && !arrived.redirected && entry.status === 200 && mayUse(request, entry);
}

function isLarger({ fields, decoded }: Arrived, limitBytes: number): boolean {
  return !decoded && Number(fields['content-length']) > limitBytes;
}

/** Whether all has come that was announced (RFC 9111, 3.3). */
function isWhole({ fields, decoded }: Arrived, bytes: number): boolean {
  const announced = fields['content-length'];
  return decoded || announced === undefined || Number(announced) === bytes;
}

function ignore(): void {}
