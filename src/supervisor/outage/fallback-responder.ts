import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ownModule } from '../../core/own-files.ts';
import type { ResolvedShedResponse } from '../../admission/shed/options.ts';
import type { TcpHandle } from '../../worker/index.ts';
import type { Log } from '../log.ts';
import { inheritedEnvironment } from '../workers/process/environment.ts';
import type { OutageStatus } from './status.ts';
import { hearFallbackResponder, tellFallbackResponder } from './messages.ts';
import {
  backInSeconds,
  FAILED_INTERVAL_MS,
  followOutage,
  INTERVAL_MS,
  isNeeded,
  type Outage,
  type Sight,
} from './need.ts';

interface FallbackResponderConfig {
  readonly log: Log;
  /** The listening sockets on which HTTP is spoken. */
  readonly handles: () => readonly TcpHandle[];
  readonly onStart: () => void;
  readonly shedResponse: ResolvedShedResponse;
}

interface Present {
  readonly child: ChildProcess;
  readonly sinceMs: number;
  answered: number;
}

/** Sees to it that there is a fallback responder while no worker takes requests, and only then. */
export class FallbackResponder {
  readonly #config: FallbackResponderConfig;
  #outage: Outage;
  #present: Present | undefined;
  #notBeforeMs = 0;
  #answered = 0;
  /** All processes that have not ended, each with the end of it. */
  readonly #processes = new Map<ChildProcess, Promise<unknown>>();

  constructor(config: FallbackResponderConfig) {
    this.#config = config;
  }

  get status(): OutageStatus {
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
      tellFallbackResponder(this.#present.child, { kind: 'back-in', seconds: backInSeconds(sight, nowMs) });
    }
  }

  /** Ends every process at once, also those that are leaving. Resolves when none is left; never rejects. */
  async stop(): Promise<void> {
    this.#present = undefined;
    this.#notBeforeMs = Infinity;
    for (const child of this.#processes.keys()) {
      child.ref();
      child.kill('SIGKILL');
    }
    await Promise.all(this.#processes.values());
  }

  #start(nowMs: number): void {
    const { log, handles, onStart } = this.#config;
    const sockets = handles();
    if (sockets.length === 0) return;
    this.#notBeforeMs = nowMs + INTERVAL_MS;
    let child: ChildProcess;
    try {
      child = spawnProcess();
    } catch (error) {
      // No memory, no descriptors: there may be some later.
      this.#notBeforeMs = nowMs + FAILED_INTERVAL_MS;
      log.error({ err: error }, 'no fallback responder could be started; the next try is in 5 s');
      return;
    }
    const present: Present = { child, sinceMs: nowMs, answered: 0 };
    this.#present = present;
    child.unref();
    child.channel?.unref();
    const ended = new Promise<void>((resolve) => {
      child.on('exit', () => resolve());
      // Also of each message that could not be sent to a process that has just ended.
      child.on('error', () => {
        if (child.pid === undefined) resolve();
      });
    }).then(() => {
      this.#processes.delete(child);
      this.#gone(present);
    });
    this.#processes.set(child, ended);
    hearFallbackResponder(child, (message) => {
      if (message.kind === 'hello') {
        tellFallbackResponder(child, { kind: 'shed-response', options: this.#config.shedResponse });
        for (const socket of sockets) tellFallbackResponder(child, { kind: 'socket' }, socket);
      } else {
        this.#answered += message.count - present.answered;
        present.answered = message.count;
      }
    });
    log.warn(
      { fallbackPid: child.pid },
      'no worker takes requests: a fallback responder answers 503 until one does',
    );
    onStart();
  }

  #leave({ child, sinceMs, answered }: Present, nowMs: number): void {
    this.#present = undefined;
    tellFallbackResponder(child, { kind: 'leave' });
    this.#config.log.info(
      { fallbackPid: child.pid, answered },
      `a worker takes requests again: the fallback responder leaves after ${((nowMs - sinceMs) / 1000).toFixed(1)} s`,
    );
  }

  /** It has ended by itself. */
  #gone(present: Present): void {
    if (this.#present !== present) return;
    this.#present = undefined;
    this.#notBeforeMs = present.sinceMs + FAILED_INTERVAL_MS;
    this.#config.log.warn({ fallbackPid: present.child.pid }, 'the fallback responder has ended');
  }
}

const MAIN = ownModule('supervisor/outage/main');

function spawnProcess(): ChildProcess {
  return spawn(process.execPath, [fileURLToPath(MAIN)], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    // Ctrl-C at a terminal is for the supervisor.
    detached: true,
    serialization: 'advanced',
    // What the user preloads is meant for the user's own code.
    env: { ...inheritedEnvironment(), NODE_OPTIONS: '' },
  });
}
