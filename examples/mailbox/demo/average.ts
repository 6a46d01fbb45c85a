import type { CallFigures } from '../storm/call-figures.ts';
import type { ActionFigures, Side } from './run-data.ts';

/** Several runs of one side as one: means, but the worst of what must not happen at all. The curves are those of the last run. */
export function averageOf(runs: readonly Side[]): Side {
  const last = runs.at(-1);
  if (last === undefined) throw new Error('there is no run to average');
  const mean = (of: (side: Side) => number): number =>
    runs.reduce((sum, side) => sum + of(side), 0) / runs.length;
  const sum = (of: (side: Side) => number): number => runs.reduce((total, side) => total + of(side), 0);
  const calls = (of: (side: Side) => CallFigures): CallFigures => ({
    calls: mean((side) => of(side).calls),
    success: mean((side) => of(side).success),
    p50Ms: mean((side) => of(side).p50Ms),
    p99Ms: mean((side) => of(side).p99Ms),
  });
  const action = (of: (side: Side) => ActionFigures): ActionFigures => ({
    calm: calls((side) => of(side).calm),
    storm: calls((side) => of(side).storm),
  });
  const whole = (of: (side: Side) => number): number => Math.round(mean(of));
  return {
    ...last,
    users: { list: action(({ users }) => users.list), read: action(({ users }) => users.read) },
    mail: {
      sent: whole(({ mail }) => mail.sent),
      accepted: whole(({ mail }) => mail.accepted),
      refused: whole(({ mail }) => mail.refused),
      failed: whole(({ mail }) => mail.failed),
      rejected: whole(({ mail }) => mail.rejected),
      delivered: whole(({ mail }) => mail.delivered),
      queued: whole(({ mail }) => mail.queued),
      acceptedBytes: mean(({ mail }) => mail.acceptedBytes),
      lost: sum(({ mail }) => mail.lost),
      duplicated: sum(({ mail }) => mail.duplicated),
    },
    memoryPeakBytes: Math.max(...runs.map(({ memoryPeakBytes }) => memoryPeakBytes)),
    restarts: sum(({ restarts }) => restarts),
    apiEndedWith: runs.find(({ apiEndedWith }) => apiEndedWith !== undefined)?.apiEndedWith,
    generatorLagP99Ms: mean(({ generatorLagP99Ms }) => generatorLagP99Ms),
  };
}
