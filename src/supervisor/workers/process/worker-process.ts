import type { ChildProcess } from 'node:child_process';
import type { AwakeClock } from '../../../core/awake-clock.ts';
import {
  decodeToSupervisor,
  receiveFromChild,
  type SocketKey,
  type TcpHandle,
  type ToSupervisor,
  type ToWorker,
  type WatchdogMessage,
} from '../../../worker/index.ts';
import { WorkerCounters } from '../counters/worker-counters.ts';
import { judgeBlockedLoop } from './blocked.ts';
import { Captures } from './captures.ts';
import { HeardWorker } from './heard-worker.ts';
import type { SpawnedWorker, WorkerSpec } from './spawn-worker.ts';
import type { WorkerState } from '../status.ts';
import type { Release } from '../release/index.ts';
import { processRedaction } from '../../../core/redact.ts';
import { readToEnd, readWatchdog } from './watchdog-pipe.ts';
import { Ending } from './ending.ts';
import { StartConditions } from './start-conditions.ts';
import { endOffspring, type Exit, type LastWords, onceEnded } from './worker-end.ts';
import { Phase } from './phase.ts';
import { WorkerChannel } from './worker-channel.ts';

/** One worker process, from its start to its end. */
export class WorkerProcess extends HeardWorker {
  readonly id: number;
  /** What its script can tell itself from the others by, and its sockets and its port for debuggers come from; it keeps that in every slot. */
  readonly identity: number;
  readonly release: Release;
  readonly startedAtMs: number = Date.now();
  /** Settles when the process has ended. */
  readonly exited: Promise<Exit>;
  /** Settles soon after that. */
  readonly lastWords: Promise<LastWords>;
  /** What can be asked of it, also while its event loop is blocked. */
  readonly captures: Captures;
  /** What it lacks until it is ready. */
  readonly start: StartConditions;
  /** What it counts for each request. */
  readonly counters: WorkerCounters;
  readonly #spec: WorkerSpec;
  readonly #child: ChildProcess;
  readonly #phase: Phase;
  readonly #channel: WorkerChannel;
  readonly #ending: Ending;
  #isHeld = false;

  constructor(spec: WorkerSpec, { child, pipe, countersDescriptor }: SpawnedWorker, clock: AwakeClock) {
    super(clock);
    this.#phase = new Phase(clock, spec.slot, spec.setup.isStandby);
    this.#channel = new WorkerChannel(child);
    this.counters = new WorkerCounters(countersDescriptor, (error) => this.emit('misunderstood', error));
    this.id = spec.id;
    this.identity = spec.identity;
    this.release = spec.release;
    this.#spec = spec;
    this.start = new StartConditions(spec.setup, spec.keys, {
      onMet: () => this.#markReady(),
      onWarm: () => {
        this.#phase.becomesWarm();
        this.emit('warm');
      },
    });
    this.#child = child;
    const onSlow = (forMs: number): void => void this.emit('slow-drain', forMs);
    this.#ending = new Ending({ ...spec.setup, child, channel: this.#channel, onSlow });
    this.exited = new Promise((resolve) => {
      onceEnded(child, (exit) => {
        this.start.close();
        this.#ending.ended();
        endOffspring(this.pid, exit, this.#phase.name === 'draining');
        this.captures.close();
        resolve(exit);
        this.emit('exit', exit);
      });
    });
    this.captures = new Captures((line) => pipe?.write(line));
    if (pipe !== undefined)
      readWatchdog(pipe, (message) => this.#understand(() => this.#receiveFromWatchdog(message)));
    this.lastWords = this.exited
      .then(() => (pipe === undefined ? undefined : readToEnd(pipe)))
      .then(() => this.said.lastWords);
    receiveFromChild(this.#child, decodeToSupervisor, (message, handle) =>
      this.#understand(() => this.#receive(message, handle)),
    );
    this.#child.on('message', (message, handle) => this.emit('userMessage', message, handle));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Where it serves, or stands by. */
  get slot(): number {
    return this.#phase.slot;
  }

  /** It waits, or will when it is warm, for the place of another worker. */
  get isStandby(): boolean {
    return this.#phase.isStandby;
  }

  /** It can serve at once: as a standby, or as one that is taking a place. */
  get isWarm(): boolean {
    return this.#phase.isWarm;
  }

  get state(): WorkerState {
    const { name } = this.#phase;
    if (name !== 'ready') return name;
    return this.isResponsive && !this.#isHeld ? 'ready' : 'unresponsive';
  }

  /** Its event loop is responsive, as far as is known. */
  get isResponsive(): boolean {
    const { ableSince } = this.#phase;
    return ableSince !== undefined && this.said.isResponsive(ableSince.awakeMs, this.#spec.blockedLoop);
  }

  /** When it became ready. */
  get readySinceMs(): number | undefined {
    return this.#phase.readySince?.wallMs;
  }

  /** How long it has been ready, by a clock that is never set; undefined if it never was. */
  get readyForMs(): number | undefined {
    return this.#phase.readyForMs;
  }

  /** Why we have killed it; undefined when we have not. */
  get killedBecause(): string | undefined {
    return this.#ending.killedBecause;
  }

  /** It listens on a socket. */
  listens(key: SocketKey | undefined): void {
    this.start.listens(key);
    this.emit('listens');
  }

  tell(message: ToWorker, handle?: TcpHandle): void {
    this.#channel.tell(message, handle);
  }

  /** Hands on a message of the user's. */
  tellUser(message: unknown, handle: unknown): void {
    this.#understand(() => this.#channel.tellUser(message, handle));
  }

  /** Ends it gently: drain, then `signal`, then SIGKILL, each with its own deadline. */
  end(signal: NodeJS.Signals): void {
    if (!this.#phase.drains()) return;
    this.start.close();
    if (!this.#channel.isConnected) {
      this.#ending.signal(signal);
      return;
    }
    this.tell({ kind: 'drain', signal });
    this.#ending.drains(signal);
  }

  /** The standby takes a place in this slot. */
  serve(slot: number): void {
    this.#phase.serves(slot);
    this.tell({ kind: 'serve' });
  }

  /** New requests should go elsewhere, or may come again. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
  }

  /** Kills it, and what it has started. @param because Why, as the rest of a sentence that begins with "it". */
  kill(because: string = 'had to end'): void {
    this.#ending.kill(because);
  }

  /** Nothing that passes between a worker and its supervisor may end the supervisor. */
  #understand(receive: () => void): void {
    try {
      receive();
    } catch (error) {
      this.emit('misunderstood', error);
    }
  }

  #receive(message: ToSupervisor, handle: TcpHandle | undefined): void {
    if (message.kind === 'hello') {
      this.#channel.open();
    } else if (message.kind === 'sample') {
      this.said.sampled(this.counters.complete(message.sample));
    } else if (message.kind === 'waits') {
      this.start.waits(message.conditions, message.indicators);
      this.emit('listens');
    } else if (message.kind === 'waiting') {
      this.said.waiting = message.routes;
    } else if (message.kind === 'traffic') {
      this.emit('traffic', message.traffic);
    } else if (message.kind === 'health') {
      const before = this.said.health;
      this.said.health = message.reports;
      this.emit('health', message.reports, before);
    } else if (message.kind === 'signalled') {
      if (message.cut.length > 0) this.emit('cut', message.cut);
      this.#ending.signalled();
    } else this.emit('message', message, handle);
  }

  #receiveFromWatchdog(message: WatchdogMessage): void {
    switch (message.kind) {
      case 'stack':
        this.emit('stack', message);
        break;
      case 'suspect':
        this.emit('suspect', message.suspect, message.isEnding);
        break;
      case 'captured':
        this.captures.received(message);
        break;
      case 'output':
        this.logTail.add(message.text);
        break;
      case 'secrets':
        processRedaction().learn(message.values);
        break;
      case 'uncaught':
      case 'exit':
        this.said.ends(message);
        break;
      case 'report':
        this.said.reported(message);
        this.emit('report', message);
        // It was told to drain and can't hear it. Blocked for as long as that, it would not come back in time either.
        if (this.#phase.name !== 'draining') break;
        if (judgeBlockedLoop(message.gapMs, this.#spec.blockedLoop) === 'hopeless')
          this.kill('was to end and its event loop was blocked');
    }
  }

  #markReady(): void {
    this.start.close();
    if (this.#phase.becomesReady()) this.emit('ready');
  }
}
