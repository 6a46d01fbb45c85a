// What to change in the configuration, if anything.
import { percent } from '../../core/units.ts';
import { type AcceptQueue, bestKnee } from './accept-queue.ts';
import { type Findings, isCompared } from './findings.ts';

/** One line of the configuration. */
export interface Change {
  readonly section: 'admission' | 'supervisor';
  readonly option: string;
  readonly from: number | string;
  readonly to: number | string;
  readonly because: string;
}

export interface Advice {
  readonly kind: 'change' | 'nothing-to-change' | 'declined';
  readonly changes: readonly Change[];
  /** What only the script itself can change. */
  readonly scriptChanges: readonly string[];
  /** Why it declines to answer, a sentence each; also what is not clear beside the changes. */
  readonly unclear: readonly string[];
}

/** A second worker is worth its memory when it brings this much at the least. */
const WORTH_A_WORKER = 1.3;
/** A capacity that is known less exactly than this, as a share, answers nothing. */
const TOLERATED_NOISE = 0.1;

export function advise(findings: Findings): Advice {
  const changes = [...limitChange(findings), ...workerChange(findings), ...copiesChange(findings)];
  const unclear = [...uncertainties(findings)];
  const scriptChanges = backlogChange(findings.accept);
  const isChange = changes.length + scriptChanges.length > 0;
  // A measurement that contradicts itself supports nothing.
  if (findings.little?.kind === 'contradicts')
    return { kind: 'declined', changes: [], scriptChanges: [], unclear };
  const kind = isChange ? 'change' : unclear.length > 0 ? 'declined' : 'nothing-to-change';
  return { kind, changes, scriptChanges, unclear };
}

function limitChange({ limit, configured }: Findings): readonly Change[] {
  if (limit?.decision.kind !== 'better') return [];
  const { mean, low, high } = limit.decision.gain;
  const because = `it serves ${percent(mean)} more within the deadline under overload (95 %: ${percent(low)} to ${percent(high)})`;
  return [{ section: 'admission', option: 'limit', from: configured.limit, to: limit.candidate, because }];
}

function workerChange({ workers, configured }: Findings): readonly Change[] {
  if (workers?.kind !== 'measured' || workers.factor.low < WORTH_A_WORKER) return [];
  const because = `the capacity is ${workers.factor.mean.toFixed(2)} times the present one with ${workers.workers}`;
  return [
    { section: 'supervisor', option: 'workers', from: configured.workers, to: workers.workers, because },
  ];
}

function copiesChange({ accept, configured }: Findings): readonly Change[] {
  const own = accept?.asConfigured;
  const knee = bestKnee(accept?.knees ?? []);
  if (own === undefined || knee === undefined || knee.copies <= configured.copies) return [];
  if (knee.slowestMs >= own.slowestMs / 2 && own.timedOut === 0) return [];
  const because = `${own.connections} connections at once were answered within ${Math.round(knee.slowestMs)} ms instead of ${Math.round(own.slowestMs)} ms`;
  return [
    {
      section: 'supervisor',
      option: 'listeningCopies',
      from: configured.copies,
      to: knee.copies,
      because,
    },
  ];
}

function backlogChange(accept: AcceptQueue | undefined): readonly string[] {
  const own = accept?.asConfigured;
  const knee = accept && bestKnee(accept.knees);
  if (own === undefined || own.timedOut === 0 || knee?.backlog === undefined) return [];
  return [
    `server.listen({ …, backlog: ${knee.backlog} }): with the script's own backlog ${own.timedOut} of ${own.connections} connections at once timed out, with ${knee.backlog} none did`,
  ];
}

function* uncertainties({
  parts,
  configured,
  capacity,
  limit,
  little,
  missing,
}: Findings): Generator<string> {
  yield* missing;
  if (little?.kind === 'contradicts')
    yield `the measurement contradicts itself: the server had ${little.atServer.toFixed(1)} requests in flight, the clients sent ${little.atClients.toFixed(1)} (Little's law); does something else send requests?`;
  if (capacity !== undefined && parts.includes('capacity')) {
    const { mean, low, high } = capacity.perSecond;
    const noise = (high - low) / 2 / mean;
    if (capacity.lowerBoundBecause === undefined && noise > TOLERATED_NOISE)
      yield `the capacity is only known to ±${percent(noise)}: the machine is busy with something else, or the server's requests differ a lot`;
  }
  if (limit !== undefined && !isCompared(limit))
    yield `no time was left to compare ${configured.limit} with ${limit.candidate}: --only limit leaves out the rest`;
  else if (limit?.decision.kind === 'unclear') {
    const { low, high } = limit.decision.gain;
    yield `it is unclear whether a limit of ${limit.candidate} is better: the difference is between ${percent(low)} and ${percent(high)}, so the noise exceeds the effect`;
  }
}

/** The changes as lines to remove and to add; a configuration has the same shape whatever its format. */
export function diffOf(changes: readonly Change[], file: string): string {
  const lines = [`--- ${file}`, `+++ ${file}`];
  for (const section of ['admission', 'supervisor'] as const) {
    const own = changes.filter((change) => change.section === section);
    if (own.length === 0) continue;
    lines.push(`   ${section}: {`);
    for (const { option, from, to, because } of own)
      lines.push(`-    ${option}: ${literal(from)},`, `+    ${option}: ${literal(to)}, // ${because}`);
    lines.push('   },');
  }
  return `${lines.join('\n')}\n`;
}

function literal(value: number | string): string {
  return typeof value === 'number' ? String(value) : `'${value}'`;
}
