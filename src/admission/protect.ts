import type { Server } from 'node:net';
import { channel } from 'node:diagnostics_channel';
import { Admission } from './admission.ts';
import { installGate } from './gate.ts';
import { type AdmissionOptions, resolveAdmissionOptions } from './options.ts';
import type { AdmissionStats } from './stats.ts';

/** A server under admission control. */
export interface Protection {
  /** Counts since `protect` was called, and what is in flight now. */
  stats(): AdmissionStats;
  /** Takes admission control away again; requests in flight are not touched. */
  stop(): void;
}

/** Published when a server is put under admission control in code, so that `respite run` can count it too. */
export const PROTECTED_CHANNEL = 'respite:admission:protected';

/**
 * Puts one HTTP server (node:http, https or http2, alone or under a framework) under admission control. Requests past
 * the limit are answered with 503, or 429 for sheddable ones, before the server's handlers see them.
 *
 * Under `respite run` these options take the place of the configuration's `admission` for this server.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 */
export function protect(server: Server, options?: AdmissionOptions): Protection {
  const admission = new Admission(resolveAdmissionOptions(options));
  const removeGate = installGate(server, admission);
  channel(PROTECTED_CHANNEL).publish(admission);
  return {
    stats: () => admission.stats(),
    stop() {
      removeGate();
      admission.stop();
    },
  };
}
