// What the supervisor holds from its start on; the rest of this folder is loaded when the first worker is up.
import { setTimeout as delay } from 'node:timers/promises';
import type { Incident } from '../incident.ts';
import { hasTrait, type IncidentCause } from '../../causes.ts';
import type { Keeper, KeeperConfig } from './keeper.ts';
import type { Witness } from './witness.ts';

const TICK_MS = 1000;

/** A disk that hangs must not keep this process. */
const CLOSE_MS = 5000;

/** Maximum of workers that have ended of which it is still known what they said last. */
const MOST_ENDED = 8;

/** Keeps evidence of incidents: on disk, as it happens. Nothing here throws, rejects or takes long. */
export class Evidence {
  readonly #config: KeeperConfig;
  readonly #live = new Map<number, Witness>();
  readonly #ended = new Map<number, Witness>();
  readonly #ticks: NodeJS.Timeout;
  #keeper: Promise<Keeper> | undefined;
  /** Settles when the keeper has heard of all that was said so far. */
  #done: Promise<void> = Promise.resolve();

  constructor(config: KeeperConfig) {
    this.#config = config;
    this.#ticks = setInterval(() => this.#do((keeper) => keeper.tick(this.#live.values())), TICK_MS).unref();
  }

  /**
   * Takes over the directory: warns if nothing could be kept there, since the first incident would be too late to learn of it, and closes
   * what an earlier supervisor has left open.
   */
  async takeOver(): Promise<void> {
    const { incidents, log, nowMs } = this.#config;
    if (incidents === false) return;
    const { directory } = incidents;
    const [{ problemOfDirectory }, { closeInterrupted }] = await Promise.all([
      import('./folder.ts'),
      import('./interrupted.ts'),
      this.#load(), // Later the package may be away.
    ]);
    const problem = await problemOfDirectory(directory);
    if (problem !== undefined) {
      log.warn(
        { directory },
        `incidents cannot be kept in ${directory}: ${problem}; choose another directory with --incidents`,
      );
      return;
    }
    const closed = await closeInterrupted(directory, nowMs());
    if (closed.length > 0)
      log.warn(
        { incidents: closed },
        `closed as interrupted: ${closed.length} ${closed.length === 1 ? 'incident' : 'incidents'} whose supervisor has ended`,
      );
  }

  /** A worker has been started. */
  join(worker: Witness): void {
    this.#live.set(worker.id, worker);
  }

  /** A worker has ended. */
  leave(worker: Witness): void {
    this.#live.delete(worker.id);
    this.#ended.set(worker.id, worker);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > MOST_ENDED && oldest !== undefined) this.#ended.delete(oldest);
  }

  /** For the ledger: an incident has opened, changed or ended. */
  note(incident: Incident): void {
    const { id } = incident.worker;
    const witness = this.#live.get(id) ?? this.#ended.get(id);
    this.#do((keeper) => keeper.note(incident, witness));
  }

  /** A worker gives cause for concern. If it is its memory, has the heap sampled, so that there is a profile if it comes to the worst. */
  prepare(worker: Pick<Witness, 'id'>, cause: IncidentCause): void {
    if (hasTrait(cause, 'memory')) this.#live.get(worker.id)?.captures.sampleHeap();
  }

  /** Asks a sick worker what it can tell. Resolves when that one may be ended. Never rejects. */
  async collect(worker: Pick<Witness, 'id'>, incident: Incident): Promise<void> {
    const witness = this.#live.get(worker.id);
    if (witness === undefined || this.#config.incidents === false) return;
    const keeper = await this.#load().catch(() => undefined);
    await keeper?.collect(incident, witness);
  }

  /** Nothing will happen any more. Resolves when all that is known is on disk, or can't be written in time. */
  async close(): Promise<void> {
    clearInterval(this.#ticks);
    await this.#done;
    const keeper = await this.#keeper?.catch(() => undefined);
    if (keeper === undefined) return;
    const late = new AbortController();
    await Promise.race([
      keeper.settled(),
      delay(CLOSE_MS, undefined, { signal: late.signal }).catch(() => {}),
    ]);
    late.abort();
  }

  #do(what: (keeper: Keeper) => void): void {
    this.#done = this.#load()
      .then(what)
      .catch((error: unknown) => {
        this.#config.log.error({ err: error }, 'evidence could not be kept');
      });
  }

  async #load(): Promise<Keeper> {
    this.#keeper ??= import('./keeper.ts').then(({ Keeper: Loaded }) => new Loaded(this.#config));
    const loading = this.#keeper;
    // The package is being replaced: it is there again soon.
    loading.catch(() => {
      if (this.#keeper === loading) this.#keeper = undefined;
    });
    return loading;
  }
}
