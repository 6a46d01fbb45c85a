// The JavaScript stack of the main thread while that one stands still.
import type { Session } from 'node:inspector';

export interface StackFrame {
  /** Empty for an anonymous function. */
  readonly functionName: string;
  /** A `file:` URL, or a path for CommonJS; `node:…` inside Node.js. */
  readonly url: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** More than that is recursion. */
const MOST_FRAMES = 50;

/**
 * A storm of microtasks or ticks is interrupted between two of them, where the stack names no function. So it is followed into
 * the next function until that is the user's; a tick takes 21 steps, of 0.3 ms each.
 */
const MOST_STEPS = 100;

interface Paused {
  readonly callFrames: readonly {
    readonly functionName: string;
    readonly location: {
      readonly scriptId: string;
      readonly lineNumber: number;
      readonly columnNumber?: number | undefined;
    };
  }[];
}

/**
 * Interrupts the main thread for some milliseconds, through V8's inspector, and takes its stack. Inside a native call
 * (execSync, JSON.parse) V8 only comes to that when the call returns, if ever.
 */
export class StackProbe {
  readonly #session: Session;
  readonly #urls = new Map<string, string>();
  readonly #onStack: (frames: readonly StackFrame[]) => void;
  #steps = 0;

  constructor(onStack: (frames: readonly StackFrame[]) => void) {
    this.#onStack = onStack;
    // Takes 20 ms to load and a session its memory: only when there is something to look at.
    const inspector = process.getBuiltinModule('node:inspector');
    this.#session = new inspector.Session();
    this.#session.connectToMainThread();
    // A frame itself doesn't say which file it is in.
    this.#session.on('Debugger.scriptParsed', ({ params }) => this.#urls.set(params.scriptId, params.url));
    this.#session.on('Debugger.paused', ({ params }) => this.#paused(params));
    this.#session.post('Debugger.enable');
    this.#session.post('Debugger.pause');
  }

  /** Lets the main thread go on. Must be called in any case: as long as there is a session, the process can't end. */
  end(): void {
    this.#session.disconnect();
  }

  #paused({ callFrames }: Paused): void {
    const frames = callFrames.slice(0, MOST_FRAMES).map(({ functionName, location }): StackFrame => ({
      functionName,
      url: this.#urls.get(location.scriptId) ?? '',
      line: location.lineNumber + 1,
      column: (location.columnNumber ?? 0) + 1,
    }));
    this.#steps += 1;
    if (frames.every(({ url }) => url.startsWith('node:')) && this.#steps <= MOST_STEPS) {
      this.#session.post('Debugger.stepInto');
      return;
    }
    this.end();
    this.#onStack(frames);
  }
}
