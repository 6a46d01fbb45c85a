import { escape } from '../../../core/html.ts';
import type { DrillReport, DrillResult } from '../contract.ts';
import { summaryOf } from './text.ts';

/** The report in the format of JUnit, as CI systems read it: a test case for each drill. */
export function junitReport({ instance, results, durationMs, startedAtMs }: DrillReport): string {
  const count = (outcome: DrillResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const attributes = [
    `name="respite drill ${escape(instance)}"`,
    `tests="${results.length}"`,
    `failures="${count('failed')}"`,
    `skipped="${count('skipped')}"`,
    `time="${(durationMs / 1000).toFixed(3)}"`,
    `timestamp="${new Date(startedAtMs).toISOString()}"`,
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite ${attributes.join(' ')}>`,
    ...results.map(testCase),
    '</testsuite>',
    '',
  ].join('\n');
}

function testCase(result: DrillResult): string {
  const { name, outcome, reason, checks, durationMs } = result;
  const head = `  <testcase classname="respite.drill" name="${escape(name)}" time="${(durationMs / 1000).toFixed(3)}">`;
  const failed = checks.filter(({ held }) => !held).map(({ text }) => text);
  const body =
    outcome === 'skipped'
      ? `    <skipped message="${escape(reason ?? '')}"/>`
      : outcome === 'failed'
        ? `    <failure message="${escape(reason ?? failed[0] ?? '')}">${escape(failed.join('\n'))}</failure>`
        : `    <system-out>${escape(summaryOf(result))}</system-out>`;
  return `${head}\n${body}\n  </testcase>`;
}
