// What tests of admission share.
import assert from 'node:assert/strict';
import { Admission } from './admission.ts';
import { type AdmissionHost, aloneHost } from './host.ts';
import { RequestInFlight } from './in-flight/request.ts';
import { type AdmissionOptions, resolveAdmissionOptions } from './options.ts';
import type { Shed } from './shed/shed.ts';

/** The signals that read this process: on a busy machine they would press in tests of something else. */
const OWN_SIGNALS_OFF = { 'loop-delay': false, memory: false } as const;

export function admissionWith(
  options: AdmissionOptions,
  now?: () => number,
  host?: Partial<AdmissionHost>,
): Admission {
  const signals = { ...OWN_SIGNALS_OFF, ...options.signals };
  return new Admission(resolveAdmissionOptions({ ...options, signals }), now, aloneHost(host));
}

export const SERVER = {};
export const MB = 1024 * 1024;

/** What a transport does with the body of a request: bytes arrive, and the handler reads them. */
export function bodyOf(request: RequestInFlight): { arrives(bytes: number): boolean; isRead(): void } {
  let unread = 0;
  request.admission.watchBody(request, () => unread);
  return {
    arrives(bytes) {
      unread += bytes;
      return request.admission.bodyArrived(request, bytes);
    },
    isRead() {
      unread = 0;
    },
  };
}

export function admitted(outcome: RequestInFlight | Shed): RequestInFlight {
  assert.ok(outcome instanceof RequestInFlight);
  return outcome;
}

export function shed(outcome: RequestInFlight | Shed): Shed {
  assert.ok(!(outcome instanceof RequestInFlight));
  return outcome;
}
