// What the findings mean, in sentences: for the terminal and for the page.
import { percent, count } from '../../../core/units.ts';
import type { AcceptTrial } from '../accept-queue.ts';
import { type Findings, isCompared } from '../findings.ts';

/** A finding: what was asked, and the answer. */
export interface Statement {
  readonly question: string;
  readonly answer: string;
}

export function statementsOf(findings: Findings): readonly Statement[] {
  const found: readonly (readonly [question: string, answer: string | undefined])[] = [
    ['capacity', capacityText(findings)],
    ['above that', buffersText(findings)],
    ['Little’s law', littleText(findings)],
    ['scalability', scalabilityText(findings)],
    ['another worker', workersText(findings)],
    ['in-flight limit', limitText(findings)],
    ['accept queue', acceptText(findings)],
  ];
  return found.flatMap(([question, answer]) => (answer === undefined ? [] : [{ question, answer }]));
}

function capacityText({ capacity, deadlineMs }: Findings): string | undefined {
  if (capacity === undefined) return undefined;
  const { perSecond, servesAllPerSecond, lowerBoundBecause } = capacity;
  if (lowerBoundBecause !== undefined) return `at least ${rate(servesAllPerSecond)}: ${lowerBoundBecause}`;
  return `${rate(perSecond.mean)} within ${deadlineMs} ms (95 %: ${count(perSecond.low)} to ${count(perSecond.high)}); serves everything up to ${rate(servesAllPerSecond)}`;
}

function buffersText({ buffers, normalPerSecond }: Findings): string | undefined {
  if (buffers === undefined) return undefined;
  const { servesAllPerSecond, refusesGracefullyPerSecond, isLowerBound } = buffers;
  const bound = isLowerBound ? 'at least ' : '';
  const absolute = `sheds gracefully up to ${bound}${rate(refusesGracefullyPerSecond)}`;
  if (normalPerSecond === undefined) return absolute;
  const times = (perSecond: number): string =>
    `${(perSecond / normalPerSecond).toFixed(1)} times normal load`;
  return `success buffer: everything is served up to ${times(servesAllPerSecond)}; failure buffer: ${absolute}, ${times(refusesGracefullyPerSecond)}`;
}

function littleText({ little }: Findings): string | undefined {
  if (little === undefined) return undefined;
  const figures = `clients had ${little.atClients.toFixed(1)} requests in flight, the server counted ${little.atServer.toFixed(1)}`;
  switch (little.kind) {
    case 'agrees':
      return `holds: ${figures}`;
    case 'waits-unseen':
      return `${figures}: ${little.waiting.toFixed(1)} wait where the server does not see them, in socket buffers, while its event loop computes`;
    case 'contradicts':
      return `does not hold: ${figures}`;
    default:
      return little satisfies never;
  }
}

function scalabilityText({ scalability }: Findings): string | undefined {
  if (scalability === undefined) return undefined;
  const { lambda, sigma, kappa, peakInFlight } = scalability;
  const peak = Number.isFinite(peakInFlight)
    ? `; most is served with about ${count(peakInFlight)} in flight`
    : '';
  return `λ ${rate(lambda)} one at a time, σ ${sigma.toPrecision(2)} (work that waits for other work), κ ${kappa.toPrecision(2)} (work that requests make each other)${peak}`;
}

function workersText({ workers }: Findings): string | undefined {
  if (workers === undefined) return undefined;
  switch (workers.kind) {
    case 'measured':
      return `${workers.workers} workers have ${workers.factor.mean.toFixed(2)} times the capacity (${workers.factor.low.toFixed(2)} to ${workers.factor.high.toFixed(2)})`;
    case 'no-core':
      return `the event loop is ${percent(workers.utilization)} busy when the server is full, so another worker would help on a machine with another core; there is none to try it on`;
    case 'waits-elsewhere':
      return `the event loop is only ${percent(workers.utilization)} busy when the server is full: requests wait for something else, such as a connection pool, which another worker would only help if it has one of its own`;
    default:
      return workers satisfies never;
  }
}

function limitText({ limit, configured }: Findings): string | undefined {
  if (limit === undefined) return undefined;
  const { sweep, candidate, decision } = limit;
  const best = `the best fixed limit is ${sweep.best.limit}`;
  if (!isCompared(limit)) return best;
  const share = 1 / (1 + decision.gain.mean);
  const compared = `${configured.limit} serves ${percent(share)} of what ${candidate} serves (95 %: ${percent(1 / (1 + decision.gain.high))} to ${percent(1 / (1 + decision.gain.low))})`;
  return `${best}; ${compared}`;
}

function acceptText({ accept }: Findings): string | undefined {
  const own = accept?.asConfigured;
  if (accept === undefined || own === undefined) return undefined;
  const configured = `as configured (${own.copies} copies), ${own.timedOut} of ${own.connections} connections at once time out, the last is answered after ${seconds(own.slowestMs)}`;
  const knees = accept.knees.map(kneeText).join(', ');
  const ended = accept.isComplete ? '' : '; the time ended before all settings were tried';
  return `${configured}${knees === '' ? '' : `; time-outs end at ${knees}`}${ended}`;
}

function kneeText({ copies, backlog, slowestMs }: AcceptTrial): string {
  return `backlog ${backlog} with ${copies} ${copies === 1 ? 'copy' : 'copies'} (last answer after ${seconds(slowestMs)})`;
}

function rate(perSecond: number): string {
  return `${perSecond < 10 ? perSecond.toFixed(1) : count(perSecond)} requests/s`;
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
