// A comparison in words, figure by figure: what the terminal and Markdown show.
import { count } from '../../../core/units.ts';
import type { Change, Comparison, Figure, Verdict } from '../../../load/index.ts';
import { duration, milliseconds } from '../../words.ts';

/** Versions as people call them. */
export interface Names {
  /** `main (3f2a1bc)`. */
  readonly baseline: string;
  readonly candidate: string;
}

export interface Row {
  readonly figure: string;
  readonly baseline: string;
  readonly candidate: string;
  /** `+6.1 %`. */
  readonly change: string;
  /** `+4.0 % to +8.2 %`. */
  readonly interval: string;
  readonly verdict: string;
}

const FIGURES: Readonly<Record<Figure, string>> = {
  cpu: 'CPU per request',
  p99: 'latency p99',
  goodput: 'goodput',
};

const VERDICTS: Readonly<Record<Verdict, string>> = {
  worse: 'worse',
  better: 'better',
  same: 'not worse',
  unclear: "can't tell",
};

/** A run that would have to be longer is no advice. */
const LONGEST_ADVICE_MS = 60 * 60_000;

export function rowsOf(comparison: Comparison): readonly Row[] {
  const { baseline, candidate, changes } = comparison;
  return changes.map(({ figure, interval, verdict }) => ({
    figure: FIGURES[figure],
    baseline: valueOf(figure, baseline),
    candidate: valueOf(figure, candidate),
    change: interval === undefined ? '' : signedPercent(interval.estimate),
    interval:
      interval === undefined || !Number.isFinite(interval.high)
        ? ''
        : `${signedPercent(interval.low)} to ${signedPercent(interval.high)}`,
    verdict: VERDICTS[verdict],
  }));
}

/** The verdict on everything, in one line. */
export function headline({ verdict, changes }: Comparison, { baseline }: Names): string {
  const worse = changes.filter((change) => change.verdict === 'worse');
  switch (verdict) {
    case 'worse':
      return `worse than ${baseline}: ${worse.map(changeInWords).join(', ')}`;
    case 'not-worse':
      return `not worse than ${baseline}`;
    case 'unclear':
      return `can't tell whether it is worse than ${baseline}`;
    default:
      return verdict satisfies never;
  }
}

/** What a reader has to know of the figures, a sentence each. */
export function notes(comparison: Comparison): readonly string[] {
  const { pairs, hasFreshProcesses, durationMs, rate, seed, cores, changes, missing } = comparison;
  const reasons = Object.entries(missing) as [Figure, string][];
  const effects = changes.map(({ figure, minEffect }) => `${FIGURES[figure]} ${percent(minEffect)}`);
  return [
    `${count(pairs)} ${hasFreshProcesses ? 'pairs of fresh processes' : 'pairs of measurements'} in ${duration(durationMs)}, ` +
      `${rate} requests/s to each version at the same time, seed ${seed}.`,
    `${capitalized(cores)}.`,
    `Smallest changes that matter: ${effects.join(', ')}.`,
    ...reasons.map(([figure, why]) => `${FIGURES[figure]} is unknown: ${why}.`),
    ...changes
      .filter(({ figure }) => missing[figure] === undefined)
      .flatMap((change) => advice(change, comparison)),
    ...(hasFreshProcesses
      ? []
      : [
          'Two processes of the same code differ by 1 to 3 % in CPU time; with --script they are started anew for each pair.',
        ]),
  ];
}

function advice({ figure, verdict, timesAsLong }: Change, { durationMs }: Comparison): readonly string[] {
  if (verdict !== 'unclear') return [];
  const wantedMs = Math.ceil(((timesAsLong ?? Infinity) * durationMs) / 60_000) * 60_000;
  const how =
    wantedMs <= LONGEST_ADVICE_MS
      ? `a run of about ${wantedMs / 60_000} min would tell (--for ${wantedMs / 60_000}m)`
      : 'on this machine no run of an hour would tell';
  return [`The interval of ${FIGURES[figure]} is too wide: ${how}.`];
}

/** `CPU per request +6.1 %`. */
export function changeInWords({ figure, interval }: Change): string {
  return `${FIGURES[figure]} ${interval === undefined ? '' : signedPercent(interval.estimate)}`;
}

function valueOf(figure: Figure, { cpuMs, p99Ms, goodput }: Comparison['baseline']): string {
  const value = { cpu: cpuMs, p99: p99Ms, goodput }[figure];
  if (value === undefined) return '';
  if (figure === 'goodput') return percent(value);
  // CPU time differs by a few percent, so three figures of it are shown.
  return figure === 'cpu' && value < 1 ? `${Number((1000 * value).toPrecision(3))} µs` : milliseconds(value);
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

function signedPercent(share: number): string {
  const text = percent(share);
  return share > 0 && text !== '0 %' ? `+${text}` : text;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
