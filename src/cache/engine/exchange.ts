// What happens between the cache and the origin: what is asked, and what becomes of the answer.
import type { ResolvedCacheOptions } from '../options.ts';
import { admit, type ArrivedResponse } from '../policy/admit.ts';
import { mayServeOnError, mayUse } from '../policy/decide.ts';
import { conditions, freshen, headContradicts, isAbout } from '../policy/freshen.ts';
import { invalidatedUrls, isUnsafe } from '../policy/invalidate.ts';
import { resourceKey } from '../policy/key.ts';
import type { StoredEntry } from '../policy/record.ts';
import type { CacheRequest } from '../policy/request.ts';
import { invalidatedGroups } from '../policy/tags.ts';
import { varyFields } from '../policy/vary.ts';
import type { MaybePromise } from '../store/contract.ts';
import { commit } from './commit.ts';
import { publishInvalidate, publishStore, publishTrouble } from './events.ts';
import type { Flight, Outcome } from './flight.ts';
import type { Found } from './lookup.ts';
import type { Origin, OriginResponse } from './origin.ts';
import { retryAfterMs } from './retry-after.ts';
import type { ByteBudget } from './byte-budget.ts';
import { SharedBody } from './shared-body.ts';
import type { CacheCounters } from './statistics.ts';
import { TimesByName, Trouble } from './trouble.ts';

/** A flight that takes longer is not stored: what stores remember of invalidations may be forgotten by then. */
const HOLD_MS = 600_000;

/** How long a resource or origin in trouble is left alone, unless it says for how long (Retry-After). */
const BACK_OFF_MS = 1000;

/** How long requests for what could not be stored don't wait for each other; as in Varnish (hit-for-miss). */
const UNCACHEABLE_MS = 120_000;

/** Answers that something stale is better than: those of RFC 5861, 4, and 429, by which a server sheds load. */
const TROUBLE: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

type Arrived = ArrivedResponse & OriginResponse;

const UNCHANGED: Readonly<Record<string, string | undefined>> = Object.freeze({});

/** The cache wants all of it, and answers the client's conditions itself. */
const UNCONDITIONAL: Readonly<Record<string, string | undefined>> = Object.freeze({
  'if-none-match': undefined,
  'if-modified-since': undefined,
});

/** Whether what is stored is no answer to who asks that way: a redirect to those who follow, an encoded body to `fetch`. */
export function isUnfit({ status, fields, decoded }: StoredEntry, origin: Origin): boolean {
  if (origin.follows && status >= 300 && status < 400 && fields['location'] !== undefined) return true;
  return origin.decodes && !decoded && fields['content-encoding'] !== undefined;
}

/** Whether the origin is in trouble, so that something stale is better than its answer. */
export function isTrouble(status: number): boolean {
  return TROUBLE.has(status);
}

export class Exchange {
  readonly #options: ResolvedCacheOptions;
  readonly #budget: ByteBudget;
  readonly #counters: CacheCounters;
  readonly #uncacheable = new TimesByName();
  readonly #trouble = new Trouble();

  constructor(options: ResolvedCacheOptions, budget: ByteBudget, counters: CacheCounters) {
    this.#options = options;
    this.#budget = budget;
    this.#counters = counters;
  }

  /** Whether what last came from there could not be stored, so that waiting for it is of no use. */
  isUncacheable({ resource }: CacheRequest, now: number): boolean {
    const until = this.#uncacheable.get(resource);
    return until !== undefined && now < until;
  }

  /** `wait` while the resource or its origin is in trouble, `probe` when it is time to see whether that is over. */
  troubleWith({ url, resource }: CacheRequest, now: number): 'none' | 'wait' | 'probe' {
    const server = this.#trouble.state(new URL(url).origin, now);
    const own = this.#trouble.state(resource, now);
    if (server === 'wait' || own === 'wait') return 'wait';
    return server === 'probe' || own === 'probe' ? 'probe' : 'none';
  }

  /** The origin hangs or can't be reached; or it is about to be tried, and others needn't. */
  avoid({ url }: CacheRequest): void {
    this.#leaveAlone(new URL(url).origin, this.#options.now() + BACK_OFF_MS);
  }

  #leaveAlone(name: string, until: number): void {
    this.#trouble.report(name, until);
    publishTrouble(this.#options.name, name, until);
  }

  /** Sends a flight's request. `land` is called when what it brought is stored, or won't be. */
  async fly(flight: Flight, land: () => void): Promise<Outcome> {
    const { request, found, origin } = flight;
    const { entry } = found;
    const epoch = await this.#epoch();
    const isAboutEntry =
      entry !== undefined &&
      request.method === 'GET' &&
      request.range === undefined &&
      !request.directives.noStore &&
      !request.hasPrecondition &&
      mayUse(request, entry) &&
      !isUnfit(entry, origin);
    const asked = isAboutEntry ? conditions(entry) : undefined;
    let arrived = await this.#send(flight, asked === undefined ? UNCHANGED : { ...UNCONDITIONAL, ...asked });
    if (entry !== undefined && asked !== undefined && arrived.status === 304) {
      void arrived.body?.cancel().catch(ignore);
      if (isAbout(arrived.fields, entry)) {
        const validated = await this.#validated(flight, entry, arrived, epoch);
        land();
        return { kind: 'validated', entry: validated, body: found.body };
      }
      // It is about a response that is not stored here.
      arrived = await this.#send(flight, UNCONDITIONAL);
    }
    if (request.method === 'HEAD' && entry !== undefined)
      await this.#afterHead(flight, entry, arrived, epoch);
    const isWorse =
      entry !== undefined &&
      isTrouble(arrived.status) &&
      mayServeOnError(request, entry, arrived.respondedAt);
    const admitted = arrived.redirected || isWorse ? 'no-use' : admit(request, arrived, this.#options);
    if (typeof admitted === 'string' || isLarger(arrived, this.#options.entryLimitBytes)) {
      if (request.isPlain && !isTrouble(arrived.status)) this.#markUncacheable(request);
      // What was stored is no longer what the origin gives.
      if (isAboutEntry && arrived.status !== 304 && !isTrouble(arrived.status)) await this.#forget(found);
      land();
      return { kind: 'single', response: arrived };
    }
    this.#uncacheable.delete(request.resource);
    return this.#keep(flight, { ...admitted, epoch: epoch ?? 0 }, arrived, epoch !== undefined, land);
  }

  /** Passes a request with another method on, and forgets what it may have changed (RFC 9111, 4.4). */
  async forward(
    request: CacheRequest,
    origin: Origin,
    onInvalid: (resources: readonly string[]) => void,
  ): Promise<OriginResponse> {
    const response = await origin.send(UNCHANGED, origin.signal);
    if (!isUnsafe(request.method)) return response;
    const urls = invalidatedUrls(request, response.status, response.fields);
    if (urls.length === 0) return response;
    const groups = invalidatedGroups(response.fields, new URL(request.url).origin);
    const resources = urls.map((url) => resourceKey(url, request.host));
    onInvalid(resources);
    publishInvalidate(this.#options.name, urls, groups);
    const { store } = this.#options;
    await Promise.all([
      ...resources.map((resource) => this.#attempt(() => store.invalidate(resource, HOLD_MS))),
      groups.length === 0 ? undefined : this.#attempt(() => store.invalidateTags(groups)),
    ]);
    return response;
  }

  async #send(flight: Flight, fields: Readonly<Record<string, string | undefined>>): Promise<Arrived> {
    const { now } = this.#options;
    const { request } = flight;
    const requestedAt = now();
    try {
      const response = await flight.origin.send(fields, flight.signal);
      const respondedAt = now();
      const { origin } = new URL(request.url);
      this.#trouble.clear(origin);
      if (isTrouble(response.status)) {
        const pauseMs = retryAfterMs(response.fields['retry-after'], respondedAt);
        this.#leaveAlone(request.resource, respondedAt + Math.max(pauseMs, BACK_OFF_MS));
      } else this.#trouble.clear(request.resource);
      return { ...response, requestedAt, respondedAt };
    } catch (error) {
      if (!flight.signal.aborted) this.avoid(request);
      throw error;
    }
  }

  /** The stored response is right: it gets the new fields, where it stands (RFC 9111, 4.3.4). */
  async #validated(
    { request, found }: Flight,
    entry: StoredEntry,
    arrived: Arrived,
    epoch: number | undefined,
  ): Promise<StoredEntry> {
    this.#counters.notModified += 1;
    const fresher = freshen(request, entry, arrived, this.#options);
    if (
      typeof fresher === 'string' ||
      varyFields(fresher.fields).join() !== varyFields(entry.fields).join()
    ) {
      await this.#forget(found);
      return entry;
    }
    const updated = { ...fresher, epoch: epoch ?? entry.epoch };
    if (epoch !== undefined) {
      await this.#attempt(() => this.#options.store.update(found.key, updated, found.lookup.version));
    }
    return updated;
  }

  /** RFC 9111, 4.3.5. */
  async #afterHead(
    { request, found }: Flight,
    entry: StoredEntry,
    arrived: Arrived,
    epoch: number | undefined,
  ): Promise<void> {
    if (arrived.status !== 200 || entry.status !== 200 || !mayUse(request, entry) || epoch === undefined)
      return;
    const fresher = headContradicts(arrived.fields, entry)
      ? undefined
      : freshen(request, entry, arrived, this.#options);
    if (fresher === undefined || typeof fresher === 'string') await this.#forget(found);
    else {
      const updated = { ...fresher, epoch };
      await this.#attempt(() => this.#options.store.update(found.key, updated, found.lookup.version));
    }
  }

  /** The body goes to whoever reads it, and into the store once all of it has come. */
  #keep(flight: Flight, entry: StoredEntry, arrived: Arrived, hasStore: boolean, land: () => void): Outcome {
    const { request, found } = flight;
    const isStored = hasStore && !found.isBlind;
    const body = new SharedBody(arrived.body, {
      entryLimitBytes: this.#options.entryLimitBytes,
      budget: this.#budget,
      isStored,
      onComplete: (bytes) => {
        const isLate = this.#options.now() - arrived.requestedAt > HOLD_MS;
        if (!isStored || isLate || !isWhole(arrived, bytes.byteLength)) land();
        else void this.#commit(request, found, { ...entry, bodyBytes: bytes.byteLength }, bytes).then(land);
      },
      onIncomplete: (reason) => {
        land();
        if (reason === 'too-large') this.#markUncacheable(request);
      },
      onReaderGone: (how) => {
        // One who has only looked at the fields has nothing against it being stored.
        if (how === 'dropped') flight.leaveRunning();
        else flight.leave();
      },
    });
    flight.onAbort = (reason) => {
      // A turn later, so that a body that has come already, such as none, is stored all the same.
      setImmediate(() => {
        body.cancel(reason);
      });
    };
    // When all who wait have opened their readers, so that nobody misses the beginning.
    setImmediate(() => {
      body.start();
    });
    return { kind: 'shared', entry, body, isStored };
  }

  async #commit(request: CacheRequest, found: Found, entry: StoredEntry, bytes: Uint8Array): Promise<void> {
    const { store } = this.#options;
    if ((await this.#attempt(() => commit(store, request, found, entry, bytes))) !== true) return;
    this.#counters.stored += 1;
    this.#counters.storedBytes += bytes.byteLength;
    publishStore(this.#options.name, request.url, entry.status, bytes.byteLength);
  }

  #markUncacheable({ resource }: CacheRequest): void {
    this.#uncacheable.set(resource, this.#options.now() + UNCACHEABLE_MS);
  }

  async #forget(found: Found): Promise<void> {
    if (!found.isBlind) await this.#attempt(() => this.#options.store.delete(found.key));
  }

  async #epoch(): Promise<number | undefined> {
    return this.#attempt(() => this.#options.store.epoch());
  }

  /** A store that fails is a store that knows nothing. */
  async #attempt<T>(operation: () => MaybePromise<T>): Promise<T | undefined> {
    try {
      return await operation();
    } catch {
      return undefined;
    }
  }
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
