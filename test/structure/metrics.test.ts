// Metrics and their documentation name the same things.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Tokens } from 'marked';
import { parse } from 'yaml';
import { Admission } from '../../src/admission/admission.ts';
import { aloneHost } from '../../src/admission/host.ts';
import { resolveAdmissionOptions } from '../../src/admission/options.ts';
import { HintedCriticality } from '../../src/admission/classify/hints.ts';
import { resolvePolicy } from '../../src/admission/policy.ts';
import { processLedger } from '../../src/backpressure/ledger.ts';
import { createCache } from '../../src/cache/index.ts';
import { createClient } from '../../src/client/index.ts';
import { observeOutbound } from '../../src/outbound/index.ts';
import { ObservedOrigins } from '../../src/outbound/observed-origins.ts';
import type { Instrument, InstrumentRegistry } from '../../src/core/instruments.ts';
import { renderMetrics } from '../../src/telemetry/index.ts';
import { pages, partsOf } from './pages.ts';
import { isTest, repository, sourceLengths } from './sources.ts';
import { EMPTY_METRICS } from '../harness/empty-metrics.ts';

/** Files that declare instruments for the registry of the process, and what brings these to life. */
const DECLARED_IN: Readonly<Record<string, () => void>> = {
  'admission/classify/hints.ts': () => {
    const hints = new HintedCriticality(false, 'critical');
    hints.policyFor(resolvePolicy('policy', 'critical'), { 'sec-purpose': 'prefetch' }, false);
  },
  'admission/cost/costs.ts': learnCosts,
  'backpressure/ledger.ts': processLedger,
  'cache/instruments.ts': createCache,
  'client/instruments.ts': () => {
    void createClient({ fetch: () => Promise.resolve(new Response()) }).fetch('http://peer.internal/');
  },
  'outbound/instruments.ts': observeOne,
};

const read = (file: string): string => readFileSync(path.join(repository, file), 'utf8');

/** An admission that has let one request in. */
function learnCosts(): void {
  let nowMs = 0;
  const processor = { cores: 1, cpuMs: () => nowMs / 2 };
  const options = resolveAdmissionOptions({ turnBudget: false });
  const admission = new Admission(options, () => nowMs, aloneHost({ processor }));
  admission.request('GET', '/', 0, {});
  nowMs = 1000;
  admission.stats();
}

/** A process that has called somebody. */
function observeOne(): void {
  const origins = new ObservedOrigins();
  const request = {};
  origins.began(request, 'http://peer.internal', 0);
  origins.answered(request, 200, 1);
  observeOutbound(origins);
}

/** What a worker reports that has used everything that counts. */
function declaredInstruments(): readonly Instrument[] {
  for (const bringToLife of Object.values(DECLARED_IN)) bringToLife();
  const registries = process as unknown as { readonly [name: symbol]: InstrumentRegistry | undefined };
  return registries[Symbol.for('respite.instruments')]?.read() ?? [];
}

/** The type of each metric, by name. */
function renderedMetrics(instruments: readonly Instrument[]): ReadonlyMap<string, string> {
  const { totals } = EMPTY_METRICS;
  const text = renderMetrics({ ...EMPTY_METRICS, totals: { ...totals, instruments } }, 'prometheus');
  return new Map([...text.matchAll(/^# TYPE (\S+) (\S+)/gm)].map(([, name = '', type = '']) => [name, type]));
}

interface Documented {
  readonly name: string;
  readonly labels: readonly string[];
  readonly type: string;
}

/** The rows of the reference's table of metrics: several names may share a row, each in a code span. */
function documentedMetrics(): readonly Documented[] {
  const tables = partsOf(path.join(repository, 'docs/reference/management.md')).flatMap(({ token }) =>
    token.type === 'table' ? [token as Tokens.Table] : [],
  );
  const table = tables.find(({ header }) => header[0]?.text === 'metric');
  return (table?.rows ?? []).flatMap(([names, type]) =>
    [...(names?.text ?? '').matchAll(/`([a-z0-9_]+)(?:\{([^}]*)\})?`/g)].map(([, name = '', labels]) => ({
      name,
      labels: labels?.split(',') ?? [],
      type: type?.text ?? '',
    })),
  );
}

const instruments = declaredInstruments();
const metrics = renderedMetrics(instruments);
const documented = documentedMetrics();

test('every file that declares instruments is known here', async () => {
  const sources = [...(await sourceLengths()).keys()].filter((file) => file.endsWith('.ts') && !isTest(file));
  const declaring = sources.filter((file) => /(?<!function )\baddInstruments\(/.test(read(`src/${file}`)));
  assert.deepEqual(declaring.toSorted(), Object.keys(DECLARED_IN));
});

test('the reference has every metric once, and no other', () => {
  assert.ok(metrics.size > 50, `only ${metrics.size} metrics were found`);
  assert.deepEqual(documented.map(({ name }) => name).toSorted(), [...metrics.keys()].toSorted());
});

test('the reference gives every metric its type', () => {
  assert.deepEqual(
    documented.filter(({ name, type }) => metrics.get(name) !== type),
    [],
  );
});

test('the reference gives every declared instrument its labels', () => {
  const labels = new Map(documented.map((metric) => [metric.name, metric.labels]));
  assert.deepEqual(
    instruments.map(({ name }) => [name, labels.get(name)]),
    instruments.map(({ name, series }) => [name, Object.keys(series[0]?.labels ?? {})]),
  );
});

test('pages, rules and dashboards name only metrics that exist', () => {
  const labels = new Set(documented.flatMap((metric) => metric.labels));
  const suffixed = /^(.+)_(?:bucket|sum|count)$/;
  const exists = (name: string): boolean => {
    if (metrics.has(name) || labels.has(name)) return true;
    // A page may speak of all metrics that begin alike.
    if (name.endsWith('_')) return [...metrics.keys()].some((metric) => metric.startsWith(name));
    return metrics.get(suffixed.exec(name)?.[1] ?? '') === 'histogram';
  };
  const deployed = globSync('deploy/**/*.{yaml,yml,json}', { cwd: repository });
  let count = 0;
  const unknown: string[] = [];
  for (const file of [...pages(), ...deployed]) {
    // After a colon it is the name of a recording rule, after a dot one of OpenTelemetry's.
    for (const [name] of read(file).matchAll(
      /(?<![\w:.])(?:respite|process|nodejs|v8js|http_server)_[a-z0-9_]+/g,
    )) {
      count += 1;
      if (!exists(name)) unknown.push(`${file}: ${name}`);
    }
  }
  assert.ok(count > 200, `only ${count} names were found`);
  assert.deepEqual(unknown, []);
});

test('pages and dashboards name only recording rules that exist', () => {
  const { groups } = parse(read('deploy/prometheus/respite.rules.yaml')) as {
    readonly groups: readonly { readonly rules: readonly { readonly record?: string }[] }[];
  };
  const recorded = new Set(groups.flatMap(({ rules }) => rules.map(({ record }) => record)));
  const unknown: string[] = [];
  for (const file of [...pages(), 'deploy/grafana/respite.json', 'deploy/prometheus/respite.rules.yaml']) {
    for (const [name] of read(file).matchAll(/\bjob(?:_[a-z]+)?:[a-z0-9_]+:[a-z0-9_]+/g)) {
      if (!recorded.has(name)) unknown.push(`${file}: ${name}`);
    }
  }
  assert.deepEqual(unknown, []);
});
