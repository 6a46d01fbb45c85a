// The report on a terminal.
import type { AcceptQueue } from '../accept-queue.ts';
import type { TuneReport } from '../findings.ts';
import { statementsOf } from './sentences.ts';
import { consequencesOf, verdictOf } from './verdict.ts';

/** Characters of the longest bar. */
const BAR = 40;
const ACCEPT_TITLE = 'copies × backlog';

export function renderTerminal(report: TuneReport, file: string): string {
  const statements = statementsOf(report);
  const names = [ACCEPT_TITLE, ...statements.map(({ question }) => question)];
  const width = Math.max(...names.map(({ length }) => length)) + 2;
  const lines = statements.map(({ question, answer }) => `${question.padEnd(width)}${answer}\n`);
  const sweep = report.limit?.sweep.points ?? [];
  const most = Math.max(...sweep.map(({ goodPerSecond }) => goodPerSecond));
  const bars = sweep.map(
    ({ limit, goodPerSecond }) =>
      `${`limit ${limit}`.padEnd(width)}${bar(goodPerSecond / most)} ${Math.round(goodPerSecond)}/s\n`,
  );
  const accept = report.accept === undefined ? '' : acceptBars(report.accept, width);
  const verdict = `\n${verdictOf(report)}\n${consequencesOf(report.advice, file)}`;
  return [...lines, bars.length === 0 ? '' : '\n', ...bars, accept, verdict].join('');
}

function acceptBars({ trials }: AcceptQueue, width: number): string {
  if (trials.length === 0) return '';
  const longest = Math.max(...trials.map(({ slowestMs }) => slowestMs));
  const rows = trials.map(({ copies, backlog, timedOut, slowestMs }) => {
    const name = `${copies} × ${backlog}`.padEnd(width);
    return `${name}${bar(slowestMs / longest)} ${(slowestMs / 1000).toFixed(2)} s${timedOut === 0 ? '' : `, ${timedOut} timed out`}\n`;
  });
  return `\n${ACCEPT_TITLE.padEnd(width)}until the last connection was answered\n${rows.join('')}`;
}

function bar(share: number): string {
  return '█'.repeat(Math.max(1, Math.round(share * BAR))).padEnd(BAR);
}
