import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TcpHandle } from '../../worker/index.ts';
import type { Log } from '../log.ts';
import type { SupervisorStatus } from '../status.ts';
import { hearStandIn, tellStandIn } from './messages.ts';
import {
  backInSeconds,
  FAILED_INTERVAL_MS,
  followOutage,
  INTERVAL_MS,
  isNeeded,
  type Outage,
  type Sight,
} from './need.ts';

interface StandInConfig {
  readonly log: Log;
  /** The listening sockets on which HTTP is spoken. */
  readonly handles: () => readonly TcpHandle[];
  readonly onStart: () => void;
}

interface Present {
  readonly child: ChildProcess;
  readonly sinceMs: number;
  answered: number;
}

/** Sees to it that there is a stand-in while no worker takes requests, and only then. */
export class StandIn {
  readonly #config: StandInConfig;
  #outage: Outage;
  #present: Present | undefined;
  #notBeforeMs = 0;
  #answered = 0;

  constructor(config: StandInConfig) {
    this.#config = config;
  }

  get status(): SupervisorStatus['standIn'] {
    return { isPresent: this.#present !== undefined, answered: this.#answered };
  }

  /** Looks at the workers. To be called several times a second, and whenever one is ready. */
  judge(sight: Sight, nowMs: number): void {
    this.#outage = followOutage(this.#outage, sight, nowMs);
    const present = this.#present;
    if (present === undefined) {
      if (nowMs >= this.#notBeforeMs && isNeeded(this.#outage, sight, nowMs)) this.#start(nowMs);
    } else if (sight.isServed) {
      this.#leave(present, nowMs);
    }
    if (this.#present !== undefined) {
      tellStandIn(this.#present.child, { kind: 'back-in', seconds: backInSeconds(sight, nowMs) });
    }
  }

  /** Everything stops. */
  stop(): void {
    this.#present?.child.kill('SIGKILL');
    this.#present = undefined;
    this.#notBeforeMs = Infinity;
  }

  #start(nowMs: number): void {
    const { log, handles, onStart } = this.#config;
    const sockets = handles();
    if (sockets.length === 0) return;
    this.#notBeforeMs = nowMs + INTERVAL_MS;
    const child = spawn(process.execPath, [fileURLToPath(MAIN)], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // Ctrl-C at a terminal is for the supervisor.
      detached: true,
      serialization: 'advanced',
      // What the user preloads is meant for the user's own code.
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const present: Present = { child, sinceMs: nowMs, answered: 0 };
    this.#present = present;
    child.unref();
    child.channel?.unref();
    child.on('error', () => this.#gone(present));
    child.on('exit', () => this.#gone(present));
    hearStandIn(child, (message) => {
      if (message.kind === 'hello') {
        for (const socket of sockets) tellStandIn(child, { kind: 'socket' }, socket);
      } else {
        this.#answered += message.count - present.answered;
        present.answered = message.count;
      }
    });
    log.warn({ standInPid: child.pid }, 'no worker takes requests: a stand-in answers 503 until one does');
    onStart();
  }

  #leave({ child, sinceMs, answered }: Present, nowMs: number): void {
    this.#present = undefined;
    tellStandIn(child, { kind: 'leave' });
    this.#config.log.info(
      { standInPid: child.pid, answered },
      `a worker takes requests again: the stand-in leaves after ${((nowMs - sinceMs) / 1000).toFixed(1)} s`,
    );
  }

  /** It has ended by itself. */
  #gone(present: Present): void {
    if (this.#present !== present) return;
    this.#present = undefined;
    this.#notBeforeMs = present.sinceMs + FAILED_INTERVAL_MS;
    this.#config.log.warn({ standInPid: present.child.pid }, 'the stand-in has ended');
  }
}

const MAIN = new URL(`./main${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);
