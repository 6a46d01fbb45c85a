// The cache in front of the handlers of a server.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Engine } from '../engine/engine.ts';
import { readRequest } from '../policy/request.ts';
import { handled } from './again.ts';
import { deliver, directly } from './deliver.ts';
import { HandlerOrigin } from './handler-origin.ts';
import { readServed } from './request.ts';

/**
 * Answers a request from the cache, or by its handler.
 *
 * @param run Has the handler run, which answers by `res`. Called once at most.
 * @param onAnswer Called instead, before the answer is written, if the handler has no part in it.
 */
export function serve(
  engine: Engine,
  req: IncomingMessage,
  res: ServerResponse,
  run: () => void,
  onAnswer: () => void = ignore,
): void {
  const served = readServed(req);
  if (served === undefined) {
    run();
    return;
  }
  const { method, url, fields, audience } = served;
  const origin = new HandlerOrigin(req, res, url, run);
  const request = readRequest(method, url, fields, undefined, engine.rules, audience);
  res.once('close', () => {
    // A handler may also have answered by the stream or socket below, where the cache sees nothing.
    if (!res.writableFinished || origin.capture?.hasAnswered === false) origin.clientGone();
  });
  answer().catch((error: unknown) => {
    res.destroy(error as Error);
  });

  async function answer(): Promise<void> {
    let answered;
    try {
      answered = await handled(() => engine.handle(request, origin), origin);
    } catch (error) {
      if (origin.capture !== undefined) origin.capture.toClient.destroy(error as Error);
      // Others' handlers have failed, for which this request has waited.
      else if (!res.destroyed) run();
      return;
    }
    const { capture } = origin;
    if (capture === undefined) onAnswer();
    else capture.clearFields();
    await deliver(res, method, answered, capture?.toClient ?? directly(res));
  }
}

function ignore(): void {}
