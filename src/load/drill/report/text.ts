import { seconds } from '../../../core/units.ts';
import type { DrillReport, DrillResult } from '../contract.ts';
import { percent } from '../judge.ts';

const MARKS: Readonly<Record<DrillResult['outcome'], string>> = {
  held: 'held   ',
  failed: 'FAILED ',
  skipped: 'skipped',
};

/** Names are padded to this, so that what follows is a column. */
const NAME_WIDTH = 18;

/** One drill on one line, and a line for each check that failed. */
export function resultText(result: DrillResult): string {
  const { name, outcome, reason, checks } = result;
  const failed = checks.filter(({ held }) => !held).map(({ text }) => `          ${text}`);
  const details = reason ?? summaryOf(result);
  return [`${MARKS[outcome]}  ${name.padEnd(NAME_WIDTH)} ${details}`, ...failed].join('\n');
}

/** The last lines. */
export function reportText({ results, durationMs }: DrillReport): string {
  const count = (outcome: DrillResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const alerts = results.flatMap((result) => result.alerts);
  const pages = [...new Set(alerts.filter(({ severity }) => severity === 'page').map(({ alert }) => alert))];
  const tickets = [
    ...new Set(alerts.filter(({ severity }) => severity === 'ticket').map(({ alert }) => alert)),
  ];
  const skipped = count('skipped');
  return [
    `${count('held')} of ${results.length - skipped} hypotheses held${skipped === 0 ? '' : `, ${skipped} skipped`}, in ${seconds(durationMs)}`,
    `woken: ${pages.length === 0 ? 'no one' : `the person on call, by ${pages.join(', ')}`}`,
    ...(tickets.length === 0 ? [] : [`for the morning: ${tickets.join(', ')}`]),
  ].join('\n');
}

/** What was seen, in a phrase for each figure. */
export function summaryOf({
  causes,
  detectedAfterMs,
  goodput,
  recoveredAfterMs,
  checks,
}: DrillResult): string {
  const woken = checks.find(({ name }) => name === 'woken');
  const phrases = [
    detectedAfterMs === undefined
      ? causes.join(', ') || 'no incident'
      : `${causes.join(', ')} after ${seconds(detectedAfterMs)}`,
    ...(goodput === undefined ? [] : [`goodput ${percent(goodput)}`]),
    ...(recoveredAfterMs === undefined ? [] : [`recovered after ${seconds(recoveredAfterMs)}`]),
    ...(woken === undefined ? [] : [woken.text]),
  ];
  return phrases.join(', ');
}
