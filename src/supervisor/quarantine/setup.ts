import type { ResolvedAdmissionOptions } from '../../admission/index.ts';
import type { WorkerSetup } from '../../worker/index.ts';
import { nodeCrypto } from '../../core/node-crypto.ts';

/** Of the fingerprints of this instance. Never written anywhere. */
const SALT = nodeCrypto.randomUUID();

/** What a worker makes fingerprints with; undefined where the quarantine is off. */
export function quarantineSetup({
  quarantine,
  priority,
}: Pick<ResolvedAdmissionOptions, 'quarantine' | 'priority'>): WorkerSetup['quarantine'] {
  if (quarantine === 'off') return undefined;
  const identity = priority === false ? undefined : priority.identity;
  return {
    isDryRun: quarantine === 'dry-run',
    salt: SALT,
    identityHeader: typeof identity === 'string' ? identity : undefined,
  };
}
