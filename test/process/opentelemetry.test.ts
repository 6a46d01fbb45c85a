// The user's own OpenTelemetry, with its real SDK, in a worker: what it exports, and what it sees of refusals.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import * as api from '@opentelemetry/api';
import { reportTo } from '../../src/telemetry/opentelemetry/index.ts';
import { respite } from '../harness/respite.ts';
import { until } from '../harness/until.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const TRACE = {
  traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01`,
  tracestate: 'vendor=00f067aa0ba902b7,other=1',
  baggage: 'user=ann;secret=no,plan=free',
};

interface Point {
  readonly asInt?: number | string;
  readonly asDouble?: number;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[];
}

interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly sum?: { readonly isMonotonic: boolean; readonly dataPoints: readonly Point[] };
  readonly gauge?: { readonly dataPoints: readonly Point[] };
}

interface Export {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string };
      readonly metrics: readonly Metric[];
    }[];
  }[];
}

/** Takes OTLP as JSON. */
async function startCollector(
  t: TestContext,
): Promise<{ url: string; latest(): ReadonlyMap<string, Metric> }> {
  let latest: ReadonlyMap<string, Metric> = new Map();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      assert.equal(request.headers['content-type'], 'application/json');
      const { resourceMetrics } = JSON.parse(Buffer.concat(chunks).toString()) as Export;
      const ours = resourceMetrics
        .flatMap(({ scopeMetrics }) => scopeMetrics)
        .filter(({ scope }) => scope.name === 'respite');
      latest = new Map(ours.flatMap(({ metrics }) => metrics.map((metric) => [metric.name, metric])));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`,
    latest: () => latest,
  };
}

/** The sum of the points that have these attributes. */
function total(metric: Metric | undefined, wanted: Readonly<Record<string, string>> = {}): number {
  const points = metric?.sum?.dataPoints ?? metric?.gauge?.dataPoints ?? [];
  return points
    .filter(({ attributes }) =>
      Object.entries(wanted).every(([key, value]) =>
        attributes.some((attribute) => attribute.key === key && attribute.value.stringValue === value),
      ),
    )
    .reduce((sum, { asInt, asDouble }) => sum + Number(asInt ?? asDouble), 0);
}

interface SpanSeen {
  readonly traceId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
}

test('it takes the API as it is, and lets go of it', () => {
  reportTo(api)();
});

test('metrics of the worker are exported by its own OpenTelemetry; a refusal is an event in its trace', async (t) => {
  const collector = await startCollector(t);
  const running = respite(t, 'opentelemetry.cjs', {
    options: ['--limit', '1'],
    config: { admission: { turnBudget: false, priority: false } },
    env: { COLLECTOR: collector.url },
  });
  const origin = `http://127.0.0.1:${await running.port()}`;
  let sent = 0;
  const get = async (path: string): Promise<{ status: number; text: string }> => {
    sent += 1;
    const response = await fetch(origin + path, { headers: { ...TRACE, connection: 'close' } });
    return { status: response.status, text: await response.text() };
  };

  await t.test('a request keeps its trace, and its headers as they came', async () => {
    const { text } = await get('/headers');
    const seen = JSON.parse(text) as Record<string, string>;
    assert.equal(seen['traceId'], TRACE_ID);
    const { traceparent, tracestate, baggage } = seen;
    assert.deepEqual({ traceparent, tracestate, baggage }, TRACE);
  });

  await t.test('what is refused is told to the span of the request', async () => {
    const slow = get('/slow');
    await running.saysOnStdout('waiting');
    assert.equal((await get('/refused')).status, 503);
    // The limit is full: only a dry run lets anything through that could let it go.
    assert.equal((await running.manage('/admission/dry-run', 'POST')).status, 200);
    await until('the slow one to be let go', async () => (await get('/go')).status === 200);
    assert.equal((await slow).status, 200);
    let ended: readonly SpanSeen[] = [];
    const refused = await until('the span of the refused one to be exported', async () => {
      ended = JSON.parse((await get('/spans')).text) as SpanSeen[];
      return ended.find(({ attributes }) => attributes['respite.decision'] === 'shed');
    });
    assert.equal(refused.traceId, TRACE_ID);
    assert.equal(refused.attributes['respite.shed.reason'], 'in-flight');
    assert.equal(refused.attributes['respite.criticality'], 'critical');
    assert.deepEqual(
      refused.events.map(({ name, attributes }) => [name, attributes['http.response.status_code']]),
      [['respite.shed', 503]],
    );
    assert.ok(ended.some(({ attributes }) => attributes['respite.decision'] === undefined));
  });

  await t.test('counters count what was sent, with names and units of OpenTelemetry', async () => {
    await until('all requests to be exported', () => {
      return total(collector.latest().get('respite.admission.requests')) === sent;
    });
    const { totals } = await running.untilStatus('them to be told to the supervisor', (status) => {
      return status.totals.requests.reduce((sum, { count }) => sum + count, 0) === sent && status;
    });
    for (const { decision, reason, count } of totals.requests) {
      const exported = collector.latest().get('respite.admission.requests');
      assert.equal(total(exported, { decision, reason }), count, `${decision} ${reason}`);
    }
    const requests = collector.latest().get('respite.admission.requests');
    assert.equal(requests?.sum?.isMonotonic, true);
    assert.match(requests.description, /\.$/);
    assert.equal(total(collector.latest().get('respite.admission.limit')), 1);
    const share = total(collector.latest().get('respite.utilization'));
    assert.ok(share >= 0 && share <= 1, String(share));
  });

  await t.test('the last of it is exported when the worker ends', async () => {
    for (let i = 0; i < 5; i += 1) await get('/headers');
    running.signal('SIGTERM');
    assert.equal((await running.ended()).code, 0);
    assert.equal(total(collector.latest().get('respite.admission.requests')), sent);
  });
});
