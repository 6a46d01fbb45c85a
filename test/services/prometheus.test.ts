// A real Prometheus, with our configuration and rules, scrapes the mailbox service: whatever the dashboard and the rules ask for is there.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { dashboard } from '../../deploy/grafana/dashboard.ts';
import { repository } from '../harness/nodes.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { lacks } from '../harness/programs.ts';
import { respite, type RunningRespite } from '../harness/respite.ts';
import { startPrometheus } from '../harness/services/prometheus.ts';

const run = promisify(execFile);
const DEPLOY = path.join(repository, 'deploy');

for (const [name, args] of [
  ['the rules are what they promise to be', ['test', 'rules', 'respite.rules.test.yaml']],
  ['the configuration is one', ['check', 'config', 'prometheus.yml']],
] as const) {
  test(name, { skip: lacks('promtool') }, async () => {
    await run('promtool', args, { cwd: path.join(DEPLOY, 'prometheus') }).catch(
      ({ message, stdout, stderr }: Error & { stdout?: string; stderr?: string }) => {
        assert.fail(`${message}\n${stdout}${stderr}`);
      },
    );
  });
}

/** A connection that is kept may be closed, under pressure, just when it is used again. */
const ONE_REQUEST = { connection: 'close' };

/** Between bursts. Several lie between two scrapes, which is all that a rate needs. */
const PAUSE_MS = 300;

/** The mailbox of the demonstration, with a write budget and a health check that a file of this name lets fail. */
const DOWN = 'down';
const CONFIG = `
  import { existsSync } from 'node:fs';
  import { custom, disk } from ${JSON.stringify(path.join(repository, 'src/health/index.ts'))};
  import mailbox from ${JSON.stringify(path.join(repository, 'examples/mailbox/respite.config.ts'))};
  const check = custom(() => { if (existsSync('${DOWN}')) throw new Error('is down'); }, { peer: 'archive' });
  export default {
    ...mailbox,
    // Twenty deliveries at once are more than are let in.
    admission: { ...mailbox.admission, limit: 64, thresholds: { sheddable: 2 / 64 } },
    backpressure: { limitBytes: 64 * 1024 * 1024 },
    health: { indicators: { disk: { check: disk() }, archive: { check, intervalMs: 100, critical: false } } },
  };`;

interface Mailbox {
  readonly api: RunningRespite;
  readonly webmail: RunningRespite;
  readonly directory: string;
  /** Pages are read, mails delivered, more at once than are let in. */
  use(): Promise<void>;
}

async function startMailbox(t: TestContext): Promise<Mailbox> {
  const directory = temporaryDirectory();
  writeFileSync(path.join(directory, 'respite.config.mjs'), CONFIG);
  const example = (file: string): string => path.join(repository, 'examples/mailbox', file);
  const api = respite(t, example('api/main.ts'), {
    dir: directory,
    env: { PORT: '0', DATA_DIR: path.join(directory, 'data') },
  });
  await api.ready();
  const apiOrigin = `http://127.0.0.1:${await listeningPort(api)}`;
  const webmail = respite(t, example('webmail/main.ts'), { env: { PORT: '0', MAILBOX_URL: apiOrigin } });
  await webmail.ready();
  const pages = `http://127.0.0.1:${await listeningPort(webmail)}/ann`;
  let mails = 0;
  const deliver = async (): Promise<void> => {
    mails += 1;
    const response = await fetch(`${apiOrigin}/mailboxes/ann/messages`, {
      method: 'POST',
      headers: { ...ONE_REQUEST, 'content-type': 'message/rfc822', 'idempotency-key': `mail-${mails}` },
      body: `From: bob@example.com\r\nSubject: mail ${mails}\r\n\r\n${'Hello. '.repeat(5000)}`,
    });
    await response.arrayBuffer();
  };
  const read = async (): Promise<void> => {
    await (await fetch(pages, { headers: ONE_REQUEST })).arrayBuffer();
  };
  return {
    api,
    webmail,
    directory,
    use: async () => {
      await Promise.all([...Array.from({ length: 20 }, deliver), read(), read()]);
    },
  };
}

async function listeningPort(running: RunningRespite): Promise<number> {
  return running.until('where the server listens', () => {
    const [, port] = /listening on \S+:(\d+)/.exec(running.stdout) ?? [];
    return port === undefined ? undefined : Number(port);
  });
}

async function managementPort(running: RunningRespite): Promise<number> {
  return Number(new URL(await running.management()).port);
}

interface Manifest {
  readonly spec: {
    readonly template: {
      readonly metadata: {
        readonly labels: Readonly<Record<string, string>>;
        readonly annotations: Readonly<Record<string, string>>;
      };
    };
  };
}

function manifests<First, Second = unknown>(file: string): [First, Second] {
  const text = readFileSync(path.join(DEPLOY, 'kubernetes', file), 'utf8');
  return parseAllDocuments(text).map((document): unknown => document.toJS()) as [First, Second];
}

/** The labels under which Kubernetes would show Prometheus a pod of our manifest, whose port is this one. */
function podLabels(port: number): Record<string, string> {
  const [deployment] = manifests<Manifest>('deployment.yaml');
  const { labels, annotations } = deployment.spec.template.metadata;
  const meta = (kind: string, all: Readonly<Record<string, string>>): [string, string][] =>
    Object.entries(all).map(([name, value]) => [
      `__meta_kubernetes_pod_${kind}_${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`,
      value,
    ]);
  return {
    __meta_kubernetes_namespace: 'mail',
    __meta_kubernetes_pod_name: 'mailbox-1',
    ...Object.fromEntries([...meta('label', labels), ...meta('annotation', annotations)]),
    __meta_kubernetes_pod_annotation_prometheus_io_port: String(port),
  };
}

/** What Grafana would ask: for all jobs and instances. */
function asked(expr: string): string {
  return expr
    .replaceAll('$__rate_interval', '30s')
    .replaceAll('$__range', '1h')
    .replaceAll(/\$(job|instance)\b/g, '.*');
}

/**
 * What takes minutes of traffic until there is any, and what these two instances never do: put requests into quarantine, call others by
 * respite/client. Nothing else may be missing.
 */
const LATER =
  /\brespite_(?:headroom_ratio|capacity_rps|peak_rps|quarantines|client_peers)\b|reason="quarantine"/;

/** Names of metrics in an expression, each with the labels that it is asked for by. */
function selected(expr: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const names =
    /\b((?:job|job_criticality|respite):\w[\w:]*|(?:respite|http_server|nodejs|v8js|process)_\w+|up)\b(?:\{([^}]*)\})?/g;
  for (const [, name = '', matchers = ''] of expr.matchAll(names)) {
    const labels = found.get(name) ?? new Set();
    for (const [, label = ''] of matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)) labels.add(label);
    found.set(name, labels);
  }
  return found;
}

test(
  'what the dashboard shows and the rules look at is there, and alerts fire',
  { skip: lacks('prometheus') },
  async (t) => {
    const mailbox = await startMailbox(t);
    const [api, webmail] = [await managementPort(mailbox.api), await managementPort(mailbox.webmail)];
    const prometheus = await startPrometheus(t, {
      jobs: { webmail },
      pod: { port: api, labels: podLabels(api) },
    });
    const inUse = new AbortController();
    const using = keepUsing(mailbox, inUse.signal);
    t.after(() => inUse.abort());

    await t.test('both are found, the pod under the names that Kubernetes knows it by', async () => {
      await prometheus.returns('up{job="mailbox"} == 1');
      await prometheus.returns('up{job="webmail"} == 1');
      const labels = (await prometheus.targets()).map((target) => target.labels);
      assert.deepEqual(
        labels.toSorted((a, b) => (String(a['job']) < String(b['job']) ? -1 : 1)),
        [
          { job: 'mailbox', instance: 'mail/mailbox-1', namespace: 'mail', pod: 'mailbox-1' },
          { job: 'webmail', instance: `127.0.0.1:${webmail}` },
        ],
      );
    });

    await t.test('every query of every panel returns data', async () => {
      const queries = queriesOf();
      assert.ok(queries.length > 30, `only ${queries.length} queries`);
      for (const { expr } of queries) {
        if (!LATER.test(expr)) await prometheus.returns(asked(expr));
      }
    });

    await t.test('requests were refused, and that is what the panels show', async () => {
      await prometheus.returns(
        asked(
          'sum(rate(respite_admission_requests_total{decision="shed", criticality="sheddable"}[$__rate_interval])) > 0',
        ),
      );
      // Refused with 429, as agreed: goodput doesn't fall by them. It may by what a busy machine refuses besides.
      const [goodput] = queriesOf();
      assert.equal(goodput?.title, 'Goodput');
      const [share] = await prometheus.returns(asked(goodput.expr));
      const good = Number(share?.value[1]);
      assert.ok(good > 0 && good <= 1, `goodput is ${good}`);
    });

    await t.test('the queries of annotations and variables are understood', async () => {
      const { annotations } = dashboard();
      for (const { expr } of annotations.list ?? [])
        if (expr !== undefined) await prometheus.query(asked(expr));
      await prometheus.returns('respite_workers');
    });

    await t.test('autoscalers get their figure', async () => {
      const [scaled] = manifests<{ spec: { triggers: { metadata: Record<string, string> }[] } }>('keda.yaml');
      const [byPrometheus, byStatus] = scaled.spec.triggers;
      await prometheus.returns(byPrometheus?.metadata['query'] ?? '');
      const [, adapter] = manifests<unknown, { data: Record<string, string> }>('hpa.yaml');
      const config = adapter.data['config.yaml'] ?? '';
      const [rule] = (parse(config) as { rules: { seriesQuery: string; metricsQuery: string }[] }).rules;
      assert.ok(rule);
      await prometheus.returns(rule.seriesQuery);
      const perPod = rule.metricsQuery
        .replace('<<.Series>>', 'respite_utilization')
        .replace('<<.LabelMatchers>>', 'namespace="mail",pod=~"mailbox-1"')
        .replace('<<.GroupBy>>', 'pod');
      const [ofPod] = await prometheus.returns(perPod);
      assert.deepEqual(ofPod?.metric, { pod: 'mailbox-1' });
      const status = JSON.parse((await mailbox.api.manage('/status')).body) as Record<string, unknown>;
      const share = status[byStatus?.metadata['valueLocation'] ?? ''];
      assert.ok(typeof share === 'number' && share >= 0 && share <= 1, `utilization is ${String(share)}`);
    });

    await t.test('every rule is evaluated, and whatever it looks at is there', async () => {
      const rules = await prometheus.rules();
      assert.ok(rules.length > 20, `only ${rules.length} rules`);
      for (const { type, name, query } of rules) {
        if (type === 'recording') await prometheus.returns(name);
        for (const [metric, labels] of selected(query)) {
          if (LATER.test(metric)) continue;
          await prometheus.returns(metric);
          for (const label of labels) await prometheus.returns(`${metric}{${label}!=""}`);
        }
      }
      const evaluated = await mailbox.api.until('all rules to be evaluated', async () => {
        const now = await prometheus.rules();
        return now.every(({ health }) => health !== 'unknown') && now;
      });
      assert.deepEqual(
        evaluated.filter(({ health }) => health !== 'ok').map(({ name, lastError }) => [name, lastError]),
        [],
      );
    });

    await t.test('a dependency that is down is an alert, until it is up again', async () => {
      const firing =
        'ALERTS{alertname="RespiteIndicatorDown", alertstate="firing", indicator="archive", job="mailbox"}';
      assert.deepEqual(await prometheus.query(firing), []);
      writeFileSync(path.join(mailbox.directory, DOWN), '');
      await prometheus.returns(firing);
      rmSync(path.join(mailbox.directory, DOWN));
      await prometheus.returns(`absent(${firing})`);
    });

    await t.test('an instance that is gone is an alert', async () => {
      inUse.abort();
      await using;
      mailbox.webmail.signal('SIGKILL');
      await prometheus.returns('ALERTS{alertname="RespiteInstanceGone", alertstate="firing", job="webmail"}');
    });
  },
);

async function keepUsing(mailbox: Mailbox, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await mailbox.use();
    await delay(PAUSE_MS);
  }
}

/** In the order of the panels. */
function queriesOf(): { readonly title: string; readonly expr: string }[] {
  return (dashboard().panels ?? []).flatMap((panel) => {
    const { title = '', targets = [] } = panel as { title?: string; targets?: readonly { expr?: string }[] };
    return targets.map(({ expr = '' }) => ({ title, expr }));
  });
}
