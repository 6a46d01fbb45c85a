// Tracing agents from the npm registry, installed under `.cache/` on first use: too large to be devDependencies.
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { installedFolder } from './installed.ts';

export interface Agent {
  readonly name: string;
  readonly packages: readonly string[];
  /** What `--require` loads, as the agent's documentation says; undefined for agents that do not support it. */
  readonly required: string | undefined;
  /** The same for `--import`. */
  readonly imported: string;
  /** A module of the user's that is to be loaded, in place of one of the agent's. */
  readonly setup?: { readonly file: string; readonly text: string };
  /** No agent has a network here: all that it would connect to is a closed port. */
  readonly env: Readonly<Record<string, string>>;
  /** Statuses of the requests to this target that the agent says it has traced, of what was written to standard output. */
  readonly traced: (stdout: string, target: string) => readonly number[];
}

/** A line that a setup module prints for each request that was traced. */
function printed(stdout: string, target: string): number[] {
  const lines = stdout.matchAll(/^TRACED (\S+) (\d+)$/gm);
  return [...lines].filter(([, url]) => url === target).map(([, , status]) => Number(status));
}

/** Spans of OpenTelemetry's console exporter. */
function spansOfConsole(stdout: string, target: string): number[] {
  const ofPath = new RegExp(`'(?:http\\.target|url\\.path)': '${target}'`);
  return stdout
    .split(/^\{$/m)
    .filter((text) => /^ {2}kind: 1,$/m.test(text) && ofPath.test(text))
    .map((text) => Number(/'http\.(?:response\.)?status_code': (\d+)/.exec(text)?.[1]));
}

interface DatadogSpan {
  readonly name: string;
  readonly meta: Readonly<Record<string, string>>;
}

/** Spans of dd-trace's exporter to a log: a line for each trace. */
function spansOfLog(stdout: string, target: string): number[] {
  return [...stdout.matchAll(/^\{"traces":\[\[.*$/gm)]
    .flatMap(([line]) => (JSON.parse(line) as { traces: DatadogSpan[][] }).traces.flat())
    .filter(({ name, meta }) => name === 'web.request' && (meta['http.url'] ?? '').endsWith(target))
    .map(({ meta }) => Number(meta['http.status_code']));
}

const CLOSED = 'http://127.0.0.1:9';

export const AGENTS: readonly Agent[] = [
  {
    name: 'OpenTelemetry',
    packages: ['@opentelemetry/api', '@opentelemetry/auto-instrumentations-node'],
    required: '@opentelemetry/auto-instrumentations-node/register',
    imported: '@opentelemetry/auto-instrumentations-node/register',
    env: {
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_NODE_RESOURCE_DETECTORS: 'none',
      OTEL_BSP_SCHEDULE_DELAY: '200',
    },
    traced: spansOfConsole,
  },
  {
    name: 'dd-trace',
    packages: ['dd-trace'],
    required: 'dd-trace/init',
    imported: 'dd-trace/initialize.mjs',
    env: {
      DD_TRACE_AGENT_URL: CLOSED,
      DD_TRACE_EXPERIMENTAL_EXPORTER: 'log',
      DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
      DD_REMOTE_CONFIGURATION_ENABLED: 'false',
    },
    traced: spansOfLog,
  },
  {
    name: 'Sentry',
    packages: ['@sentry/node'],
    // It refuses `--require` since version 11.
    required: undefined,
    imported: './instrument.cjs',
    setup: {
      file: 'instrument.cjs',
      text: `require('@sentry/node').init({
  dsn: 'http://public@127.0.0.1:9/1',
  tracesSampleRate: 1,
  traceLifecycle: 'static',
  beforeSendTransaction(event) {
    const { data } = event.contexts.trace;
    console.log('TRACED ' + new URL(data['url.full'] ?? data['http.url']).pathname + ' ' + data['http.response.status_code']);
    return event;
  },
});
`,
    },
    env: {},
    traced: printed,
  },
  {
    name: 'New Relic',
    packages: ['newrelic'],
    required: './instrument.cjs',
    imported: './instrument.cjs',
    setup: {
      file: 'instrument.cjs',
      text: `require('newrelic').agent.on('transactionFinished', ({ url, statusCode }) => {
  console.log('TRACED ' + url + ' ' + statusCode);
});
`,
    },
    env: {
      NEW_RELIC_NO_CONFIG_FILE: 'true',
      NEW_RELIC_APP_NAME: 'test',
      NEW_RELIC_LICENSE_KEY: '0'.repeat(40),
      NEW_RELIC_HOST: '127.0.0.1',
      NEW_RELIC_PORT: '9',
      NEW_RELIC_LOG_ENABLED: 'false',
    },
    traced: printed,
  },
];

/** The folder that an agent is installed in; undefined, and the test skipped, where that is impossible. Not so in CI. */
export async function installed(
  t: TestContext,
  { name, packages, setup }: Agent,
): Promise<string | undefined> {
  const folder = await installedFolder(t, `agent-${name.toLowerCase().replaceAll(' ', '-')}`, packages);
  if (folder !== undefined && setup !== undefined) await writeFile(path.join(folder, setup.file), setup.text);
  return folder;
}

/** The file that a specifier means when it is required, or imported, from the agent's folder. */
export function fileOf(folder: string, specifier: string): string {
  return createRequire(path.join(folder, 'package.json')).resolve(specifier);
}
