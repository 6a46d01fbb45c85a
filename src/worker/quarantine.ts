// The worker's side of the quarantine: learns from the supervisor what to shed, and tells it what requests have done.
import {
  Fingerprints,
  Quarantine,
  type QuarantineRules,
  type Suspect,
  suspectOf,
} from '../admission/index.ts';
import { rememberInbound } from '../core/inbound.ts';
import type { WorkerAdmissions } from './admissions.ts';
import type { QuarantineSetup, ToSupervisor } from './protocol.ts';

/** @returns Undefined where the quarantine is off. */
export function quarantineOf(
  setup: QuarantineSetup | undefined,
  tell: (message: ToSupervisor) => void,
): Quarantine | undefined {
  if (setup === undefined) return undefined;
  return new Quarantine(new Fingerprints(setup), setup.isDryRun, (news) => tell(news));
}

/** A worker has died lately, and these requests are in quarantine, or suspected. */
export function hearOfQuarantine(quarantine: Quarantine | undefined, rules: QuarantineRules): void {
  quarantine?.apply(rules);
  // So that the next death can be blamed on a request also when its handler has waited for something meanwhile.
  if (rules.isAlert) rememberInbound();
}

/** The request whose code runs in this moment; undefined where the quarantine is off, or no request's code runs. */
export function runningSuspect({ quarantine, all }: WorkerAdmissions): Suspect | undefined {
  return quarantine && suspectOf(all, quarantine.fingerprints);
}
