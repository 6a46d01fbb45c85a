import { percent } from '../../../core/units.ts';
import type { Finding } from './finding.ts';

import type { ResolvedDescriptors } from './descriptors-options.ts';

/** The descriptors of one process. */
export interface DescriptorReading {
  readonly count: number;
  /** RLIMIT_NOFILE. */
  readonly limit: number;
}

/** Descriptors of one kind: `connections to 10.0.0.7:5432`, `files in /srv/uploads`. */
export interface DescriptorKind {
  readonly what: string;
  /** Connections that clients have opened: a worker with this many has many clients. */
  readonly isOfClients: boolean;
  readonly count: number;
}

/** A process without a free descriptor can neither accept nor connect nor open a file. */
export function nearlyExhausted(
  { count, limit }: DescriptorReading,
  { share }: ResolvedDescriptors,
): boolean {
  return count >= share * limit;
}

/** @param kinds What they are, most first. */
export function findDescriptorsExhausted(
  id: number,
  { count, limit }: DescriptorReading,
  kinds: readonly DescriptorKind[],
): Finding {
  const [most] = kinds;
  const used = `${count} of the ${limit} file descriptors of worker ${id} are in use (${percent(count / limit)})`;
  const facts = kinds.slice(0, 5).map((kind) => `${kind.count} ${kind.what}`);
  if (most?.isOfClients === true) {
    // They are there because they came, and would come again: a new worker gets them back at once.
    const summary = `${used}, most of them ${most.what} (${most.count}): raise the limit (ulimit -n)`;
    return { cause: 'overload', severity: 'warning', summary, facts };
  }
  const what = most === undefined ? '' : `, most of them ${most.what} (${most.count})`;
  return { cause: 'descriptors-exhausted', severity: 'replace', summary: used + what, facts };
}
