import type { Advice } from '../advice.ts';
import { diffOf } from '../advice.ts';
import type { TuneReport } from '../findings.ts';

/** The one line that answers the question. */
export function verdictOf({ advice, limit, configured }: TuneReport): string {
  switch (advice.kind) {
    case 'change':
      return 'Change the following:';
    case 'declined':
      return 'No answer:';
    case 'nothing-to-change': {
      const share = limit === undefined ? undefined : Math.round(100 / (1 + limit.decision.gain.mean));
      return limit === undefined || configured.limit !== 'adaptive' || share === undefined
        ? 'Nothing to change.'
        : `Nothing to change: adaptive serves ${share} % of what the best fixed limit serves.`;
    }
    default:
      return advice.kind satisfies never;
  }
}

/** What follows from it. @param file Name of the configuration. */
export function consequencesOf({ changes, scriptChanges, unclear }: Advice, file: string): string {
  const diff = changes.length === 0 ? '' : diffOf(changes, file);
  const notes = [...scriptChanges, ...unclear].map((note) => `- ${note}\n`).join('');
  return diff + notes;
}
