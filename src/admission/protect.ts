import type { Server } from 'node:net';
import findMyWay from 'find-my-way';
import { Admission } from './admission.ts';
import { processHost } from './host.ts';
import { type AdmissionOptions, resolveAdmissionOptions } from './options.ts';
import type { AdmissionStats } from './stats.ts';
import { intercept } from './transport/intercept.ts';

/** A server under admission control. */
export interface Protection {
  /** Counts since `protect` was called, and what is in flight now. */
  stats(): AdmissionStats;
  /** Ends admission control of the server; requests in flight are not touched. Several protections can stop in any order. */
  stop(): void;
}

/**
 * Puts one HTTP server (node:http, https or http2, alone or under a framework) under admission control. Requests past
 * the limit are answered with 503, or 429 for sheddable ones, before the server's handlers see them.
 *
 * Under `respite run` these options take the place of the configuration's `admission` for this server. The protection ends
 * when the server closes, and begins again when it listens again.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { protect } from 'respite';
 *
 * const server = createServer((request, response) => response.end('hello'));
 * protect(server, { routes: { 'POST /reports': 'sheddable' } });
 * server.listen(3000);
 * ```
 */
export function protect(server: Server, options?: AdmissionOptions): Protection {
  const host = processHost();
  const admission = new Admission(resolveAdmissionOptions(options), undefined, host, () => findMyWay);
  let end: (() => void) | undefined;
  const begin = (): void => {
    if (end !== undefined) return;
    admission.watchSignals(true);
    const undo = [intercept(server, admission), host.joined(admission), () => admission.watchSignals(false)];
    end = () => undo.forEach((each) => each());
  };
  const pause = (): void => {
    end?.();
    end = undefined;
  };
  begin();
  server.on('listening', begin);
  server.on('close', pause);
  return {
    stats: () => admission.stats(),
    stop() {
      server.off('listening', begin);
      server.off('close', pause);
      pause();
    },
  };
}
