// A handler of this process in the place of an origin.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fields } from '../../http/fields.ts';
import type { Origin, OriginResponse } from '../engine/origin.ts';
import { Capture } from './capture.ts';

export class HandlerOrigin implements Origin {
  readonly lane = 'server';
  readonly isLocal = true;
  readonly follows = false;
  /** Set once the handler runs. */
  capture: Capture | undefined;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #url: string;
  readonly #run: () => void;
  readonly #controller: AbortController = new AbortController();

  /** @param run Has the handler run. */
  constructor(req: IncomingMessage, res: ServerResponse, url: string, run: () => void) {
    this.#req = req;
    this.#res = res;
    this.#url = url;
    this.#run = run;
  }

  /** Aborted when the client has gone. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get hasRun(): boolean {
    return this.capture !== undefined;
  }

  clientGone(): void {
    this.#controller.abort(new Error('the client has gone'));
  }

  decodes(): boolean {
    return false;
  }

  async send(changes: Fields, signal: AbortSignal | undefined): Promise<OriginResponse> {
    const capture = new Capture(this.#req, this.#res, this.#url);
    this.capture = capture;
    // The handler is asked what the cache wants to know.
    for (const name in changes) {
      const value = changes[name];
      if (value === undefined) delete this.#req.headers[name];
      else this.#req.headers[name] = value;
    }
    signal?.addEventListener(
      'abort',
      () => {
        capture.fail(signal.reason);
      },
      { once: true },
    );
    try {
      this.#run();
    } catch (error) {
      // As without a cache: it is uncaught.
      process.nextTick(() => {
        throw error;
      });
    }
    return capture.response;
  }
}
