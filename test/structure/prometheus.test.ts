// What users copy to see it: rules that name what to do, and a dashboard that is what its source makes.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { dashboard } from '../../deploy/grafana/dashboard.ts';
import { shippedRules } from '../../scripts/drill-rules.ts';
import { SHIPPED_RULES } from '../../src/load/drill/alerts/shipped-rules.ts';
import { anchorsOf } from './pages.ts';

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const repository = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(repository, file), 'utf8');
const { groups } = parse(read('deploy/prometheus/respite.rules.yaml')) as {
  groups: readonly { rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const alerts = rules.filter(({ alert }) => alert !== undefined);

test('the dashboard is what its source makes (npm run dashboard)', () => {
  const written = JSON.parse(read('deploy/grafana/respite.json')) as unknown;
  assert.deepEqual(written, JSON.parse(JSON.stringify(dashboard())));
});

test('drills evaluate the rules that are shipped (npm run drill-rules)', () => {
  assert.deepEqual(SHIPPED_RULES, shippedRules());
});

test('panels fill whole rows and have titles of their own', () => {
  const titles = (dashboard().panels ?? []).map((panel) => ('title' in panel ? panel.title : undefined));
  assert.ok(titles.every((title) => title !== undefined && title !== ''));
  const widths = new Map<number, number>();
  for (const { gridPos } of dashboard().panels ?? []) {
    if (gridPos !== undefined) widths.set(gridPos.y, (widths.get(gridPos.y) ?? 0) + gridPos.w);
  }
  assert.ok([...widths.values()].every((width) => width === 24));
});

test('each alert says what is wrong, what to do and where to read on', () => {
  assert.ok(alerts.length > 10);
  for (const { alert = '', labels, annotations } of alerts) {
    assert.match(alert, /^Respite[A-Z]/);
    assert.match(labels?.['severity'] ?? '', /^(page|ticket)$/, alert);
    assert.deepEqual(Object.keys(annotations ?? {}), ['summary', 'description', 'runbook'], alert);
    const [page = '', anchor = ''] = annotations?.['runbook']?.split('#') ?? [];
    assert.match(page, /^docs\/guide\//);
    const file = path.join(repository, page);
    assert.ok(existsSync(file), `${alert}: ${page}`);
    assert.ok(anchorsOf(file).has(anchor), `${alert}: ${page}#${anchor}`);
  }
});

test('each alert is tried, and has a row in the guide that says whether it wakes somebody', () => {
  const tried = read('deploy/prometheus/respite.rules.test.yaml');
  const guide = read('docs/guide/telemetry.md');
  for (const { alert = '', labels } of alerts) {
    assert.ok(tried.includes(`alertname="${alert}"`), `${alert} is not tried`);
    assert.match(guide, new RegExp(`^\\| \`${alert}\` +\\| ${labels?.['severity']} `, 'm'));
  }
});
