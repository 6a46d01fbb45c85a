import { RespiteError } from '../../../core/errors.ts';
import type {
  CaptureCommand,
  CaptureKind,
  WatchdogCaptured,
  WatchdogCommand,
} from '../../../worker/index.ts';

/** More than any profile of ours: what writes that into the pipe is not our thread. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

/** How much longer than the worker itself the supervisor waits for its answer. */
const SLACK_MS = 250;

/** Long enough for a worker whose event loop is as busy as can be. */
const TIMEOUT_MS = 2000;

export type CaptureRequest = Partial<Pick<CaptureCommand, 'timeoutMs' | 'durationMs' | 'file'>>;

interface Pending {
  readonly resolve: (text: string) => void;
  readonly reject: (reason: string) => void;
  readonly timer: NodeJS.Timeout;
  readonly parts: string[];
  characters: number;
}

/** Questions to one worker's watchdog thread, and its answers. */
export class Captures {
  readonly #write: (line: string) => void;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #isClosed = false;

  /** @param write Into the watchdog's pipe. */
  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** Has the heap sampled from now on. Nothing happens when it is already, or when nobody is there to do it. */
  sampleHeap(): void {
    this.#say({ kind: 'sample-heap' });
  }

  /** Has the heap collected, all of it, which stops the worker meanwhile. */
  collectGarbage(): void {
    this.#say({ kind: 'collect-garbage' });
  }

  /**
   * Asks for something. Rejects with `RESPITE_SUPERVISOR_CAPTURE_FAILED` when the worker can't tell it, has ended, or has not
   * told it in time.
   */
  async request(what: CaptureKind, given: CaptureRequest = {}): Promise<string> {
    const { timeoutMs = TIMEOUT_MS, durationMs = 0, file } = given;
    const id = (this.#lastId += 1);
    const answer = new Promise<string>((resolve, reject) => {
      if (this.#isClosed) {
        reject(failed(what, ENDED));
        return;
      }
      const timer = setTimeout(() => {
        this.#settle(id)?.reject(`no answer within ${timeoutMs} ms`);
      }, timeoutMs + SLACK_MS);
      const refuse = (reason: string): void => reject(failed(what, reason));
      this.#pending.set(id, { resolve, reject: refuse, timer, parts: [], characters: 0 });
    });
    if (!this.#isClosed) this.#say({ kind: 'capture', id, what, timeoutMs, durationMs, file });
    return answer;
  }

  /** A part of an answer has come. */
  received({ id, part, isLast, problem }: WatchdogCaptured): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    pending.characters += part.length;
    if (pending.characters <= MOST_CHARACTERS) pending.parts.push(part);
    if (!isLast && pending.characters <= MOST_CHARACTERS) return;
    this.#settle(id);
    if (problem !== undefined) pending.reject(problem);
    else if (pending.characters > MOST_CHARACTERS) pending.reject('it is too large');
    else pending.resolve(pending.parts.join(''));
  }

  /** The process has ended. */
  close(): void {
    this.#isClosed = true;
    for (const id of this.#pending.keys()) {
      this.#settle(id)?.reject(ENDED);
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    clearTimeout(pending?.timer);
    this.#pending.delete(id);
    return pending;
  }

  #say(command: WatchdogCommand): void {
    if (!this.#isClosed) this.#write(`${JSON.stringify(command)}\n`);
  }
}

const ENDED = 'its process has ended';

function failed(what: CaptureKind, reason: string): RespiteError {
  return new RespiteError('RESPITE_SUPERVISOR_CAPTURE_FAILED', `no ${what} of the worker: ${reason}`);
}
