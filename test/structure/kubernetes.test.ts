// The manifests that users copy, held against our routes and defaults.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { resolveAdmissionOptions } from '../../src/admission/options.ts';
import { createProgram, type RunRequest } from '../../src/cli/program.ts';
import { INDICATOR } from '../../src/health/options.ts';
import {
  type ManagementAddress,
  parseAddress,
  resolveManagementOptions,
  type TcpAddress,
} from '../../src/management/options.ts';
import { findRoute } from '../../src/management/routes.ts';
import { resolveBalancerOptions } from '../../src/supervisor/instance/balancer/options.ts';
import { resolveSupervisorOptions } from '../../src/supervisor/instance/options.ts';
import { renderMetrics } from '../../src/telemetry/index.ts';
import { EMPTY_METRICS } from '../harness/empty-metrics.ts';

const DEFAULTS = resolveSupervisorOptions();

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

interface Container {
  readonly command: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env: readonly { readonly name: string }[];
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly startupProbe?: Probe;
}

interface Labels {
  readonly [name: string]: string;
}

interface Deployment {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly replicas: number;
    readonly selector: { readonly matchLabels: Labels };
    readonly template: {
      readonly metadata: { readonly labels: Labels; readonly annotations: Labels };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly Container[];
      };
    };
  };
}

interface Service {
  readonly kind: string;
  readonly spec: { readonly selector: Labels; readonly ports: readonly { readonly targetPort: string }[] };
}

interface ScaleDown {
  readonly stabilizationWindowSeconds: number;
}

interface PodDisruptionBudget {
  readonly kind: string;
  readonly spec: {
    readonly maxUnavailable: number;
    readonly minAvailable?: number;
    readonly selector: { readonly matchLabels: Labels };
  };
}

interface HorizontalPodAutoscaler {
  readonly spec: {
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
    readonly minReplicas: number;
    readonly metrics: readonly {
      readonly pods: {
        readonly metric: { readonly name: string };
        readonly target: { readonly averageValue: string };
      };
    }[];
    readonly behavior: { readonly scaleDown: ScaleDown };
  };
}

interface ScaledObject {
  readonly spec: {
    readonly scaleTargetRef: { readonly name: string };
    readonly minReplicaCount: number;
    readonly triggers: readonly { readonly type: string; readonly metadata: Labels }[];
    readonly advanced: {
      readonly horizontalPodAutoscalerConfig: { readonly behavior: { readonly scaleDown: ScaleDown } };
    };
  };
}

function manifest(name: string): {
  readonly text: string;
  readonly documents: ReturnType<typeof parseAllDocuments>;
} {
  const text = readFileSync(path.resolve(import.meta.dirname, '../../deploy/kubernetes', name), 'utf8');
  return { text, documents: parseAllDocuments(text) };
}

const { text, documents } = manifest('deployment.yaml');
const [deployment, service] = documents.map((document) => document.toJS() as unknown) as [
  Deployment,
  Service,
];
const pod = deployment.spec.template;
const [container] = pod.spec.containers;
assert.ok(container);

function tcp(address: ManagementAddress | false | undefined): TcpAddress | undefined {
  return address && 'port' in address ? address : undefined;
}

function portOf(name: string): number | undefined {
  return container?.ports.find((port) => port.name === name)?.containerPort;
}

test('they are YAML without a warning, and belong together', () => {
  for (const { errors, warnings } of documents) assert.deepEqual([...errors, ...warnings], []);
  assert.deepEqual([deployment.kind, service.kind, documents.length], ['Deployment', 'Service', 2]);
  assert.deepEqual(deployment.spec.selector.matchLabels, pod.metadata.labels);
  assert.deepEqual(service.spec.selector, pod.metadata.labels);
  assert.deepEqual(
    service.spec.ports.map(({ targetPort }) => portOf(targetPort) !== undefined),
    [true],
  );
});

const unexpected = async (): Promise<never> => assert.fail('another command');
const OTHERS = {
  incidents: unexpected,
  status: unexpected,
  restart: unexpected,
  top: unexpected,
  operate: unexpected,
  load: unexpected,
  prepare: unexpected,
  tune: unexpected,
  drill: unexpected,
  shape: unexpected,
  tryNotifications: unexpected,
};

test('the command line is one that respite takes, and the management port is where the probes look', async () => {
  let request: RunRequest | undefined;
  const program = createProgram({
    version: '0',
    run: async (given) => {
      request = given;
    },
    ...OTHERS,
    write: () => {},
    writeError: () => {},
  });
  assert.equal(container.command[0], 'node_modules/.bin/respite');
  await program.parseAsync(container.command.slice(1), { from: 'user' });
  const address = tcp(parseAddress(request?.flags.management ?? ''));
  // The kubelet probes from outside the pod: every interface.
  assert.deepEqual([address?.host, address?.port], [undefined, portOf('management')]);
  assert.equal(address?.port, tcp(resolveManagementOptions().address)?.port);
  assert.equal(pod.metadata.annotations['prometheus.io/port'], String(address?.port));
  assert.ok(findRoute(pod.metadata.annotations['prometheus.io/path'] ?? ''));
  assert.equal(container.env[0]?.name, 'RESPITE_MANAGEMENT_TOKEN');
});

test('probes ask for what exists, on the management port', () => {
  const { readinessProbe, livenessProbe, startupProbe } = container;
  assert.deepEqual(
    [readinessProbe.httpGet.path, livenessProbe.httpGet.path],
    ['/health/ready', '/health/live'],
  );
  for (const { httpGet } of [readinessProbe, livenessProbe]) {
    assert.equal(findRoute(httpGet.path)?.route.method, 'GET');
    assert.equal(httpGet.port, 'management');
  }
  // The supervisor is alive from the first moment, however long the script takes.
  assert.equal(startupProbe, undefined);
});

test('a fault is out of the endpoints about as soon as it is known, and life is judged far more slowly', () => {
  const { readinessProbe: ready, livenessProbe: live } = container;
  assert.ok(ready.periodSeconds * 1000 <= Number(INDICATOR.intervalMs.byDefault));
  assert.ok(ready.timeoutSeconds <= ready.periodSeconds);
  const leavesMs = ready.periodSeconds * ready.failureThreshold * 1000;
  const detect = DEFAULTS.detect.blockedLoop;
  // A blocked worker is out before it is killed.
  assert.ok(detect !== false && leavesMs + detect.unreadyMs < detect.killMs);
  assert.ok(live.periodSeconds * live.failureThreshold * 1000 >= 5 * leavesMs);
});

test('there is time to leave: the wait that the file names, then drain, then kill', () => {
  const [, waitMs = ''] = /balancer: \{ waitMs: ([\d_]+) \}/.exec(text) ?? [];
  const wait = resolveBalancerOptions({ waitMs: Number(waitMs.replace('_', '')) }).waitMs;
  const neededMs = wait + DEFAULTS.drainTimeoutMs + DEFAULTS.killTimeoutMs;
  assert.ok(pod.spec.terminationGracePeriodSeconds * 1000 >= neededMs + 5000);
  const { readinessProbe: ready } = container;
  assert.ok(wait >= ready.periodSeconds * ready.failureThreshold * 1000);
});

const [hpa] = manifest('hpa.yaml').documents.map((document) => document.toJS() as unknown) as [
  HorizontalPodAutoscaler,
];
const [scaled, forKeda] = manifest('keda.yaml').documents.map((document) => document.toJS() as unknown) as [
  ScaledObject,
  Service,
];

test('autoscalers are YAML without a warning, and scale this Deployment', () => {
  for (const name of ['hpa.yaml', 'keda.yaml']) {
    for (const { errors, warnings } of manifest(name).documents)
      assert.deepEqual([...errors, ...warnings], []);
  }
  assert.deepEqual(
    [hpa.spec.scaleTargetRef.kind, hpa.spec.scaleTargetRef.name],
    ['Deployment', deployment.metadata.name],
  );
  assert.equal(scaled.spec.scaleTargetRef.name, deployment.metadata.name);
  assert.deepEqual(
    [hpa.spec.minReplicas, scaled.spec.minReplicaCount],
    [deployment.spec.replicas, deployment.spec.replicas],
  );
});

test('they scale by one figure, to one target, before anything is refused', () => {
  const [metric] = hpa.spec.metrics;
  assert.equal(metric?.pods.metric.name, 'respite_utilization');
  const [, milli] = /^(\d+)m$/.exec(metric.pods.target.averageValue) ?? [];
  const target = Number(milli) / 1000;
  const [byPrometheus, byStatus] = scaled.spec.triggers;
  assert.deepEqual([byPrometheus?.type, byStatus?.type], ['prometheus', 'metrics-api']);
  assert.match(byPrometheus?.metadata['query'] ?? '', /^sum\(avg_over_time\(respite_utilization\{/);
  assert.deepEqual(
    [byPrometheus?.metadata['threshold'], byStatus?.metadata['targetValue']],
    [String(target), String(target)],
  );
  assert.ok(target < Math.min(...Object.values(resolveAdmissionOptions({}).thresholds)));
});

test('KEDA asks pods on the management port, for what is there', () => {
  const url = new URL(scaled.spec.triggers[1]?.metadata['url'] ?? '');
  assert.equal(Number(url.port), portOf('management'));
  assert.equal(findRoute(url.pathname)?.route.method, 'GET');
  assert.deepEqual(forKeda.spec.selector, pod.metadata.labels);
  assert.deepEqual(
    forKeda.spec.ports.map(({ targetPort }) => portOf(targetPort)),
    [Number(url.port)],
  );
});

test('pods are taken away only after one that left would long be gone', () => {
  for (const { scaleDown } of [
    hpa.spec.behavior,
    scaled.spec.advanced.horizontalPodAutoscalerConfig.behavior,
  ]) {
    assert.ok(scaleDown.stabilizationWindowSeconds >= 5 * pod.spec.terminationGracePeriodSeconds);
  }
});

test('a disruption budget is about these pods, and leaves room for a drain', () => {
  const { documents: budgets } = manifest('pdb.yaml');
  for (const { errors, warnings } of budgets) assert.deepEqual([...errors, ...warnings], []);
  const [budget] = budgets.map((document) => document.toJS() as unknown) as [PodDisruptionBudget];
  assert.equal(budget.kind, 'PodDisruptionBudget');
  assert.deepEqual(budget.spec.selector.matchLabels, pod.metadata.labels);
  assert.equal(budget.spec.minAvailable, undefined);
  assert.ok(budget.spec.maxUnavailable >= 1 && budget.spec.maxUnavailable < deployment.spec.replicas);
});

test('every metric that autoscalers name is one that an instance has', () => {
  const metrics = renderMetrics(EMPTY_METRICS, 'prometheus');
  for (const name of ['hpa.yaml', 'keda.yaml']) {
    for (const [metric] of manifest(name).text.matchAll(/respite_[a-z_]+/g)) {
      assert.match(metrics, new RegExp(`^# TYPE ${metric} gauge$`, 'm'), `${name}: ${metric}`);
    }
  }
});
