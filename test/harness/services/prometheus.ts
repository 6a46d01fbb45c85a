import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { parse, stringify } from 'yaml';
import { repository } from '../nodes.ts';
import { until } from '../until.ts';
import { type Service, startService } from './service.ts';

const DEPLOY = path.join(repository, 'deploy/prometheus');

export interface Rule {
  readonly type: 'recording' | 'alerting';
  readonly name: string;
  readonly query: string;
  /** `ok`, `err`, or `unknown` before it was evaluated for the first time. */
  readonly health: string;
  readonly lastError?: string;
}

export interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: string;
  readonly lastError: string;
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [atSeconds: number, value: string];
}

interface ScrapeConfig {
  readonly job_name: string;
  kubernetes_sd_configs?: unknown;
  static_configs?: unknown;
}

export interface Prometheus {
  readonly service: Service;
  query(expr: string): Promise<readonly Sample[]>;
  /** Waits until the expression returns a number. */
  returns(expr: string): Promise<readonly Sample[]>;
  rules(): Promise<readonly Rule[]>;
  targets(): Promise<readonly Target[]>;
}

/** Management ports of instances. */
export interface Scraped {
  /** By name of the job. */
  readonly jobs: Readonly<Record<string, number>>;
  /** A pod as Kubernetes would say that there is one, with the labels and annotations of the manifests. */
  readonly pod: { readonly port: number; readonly labels: Readonly<Record<string, string>> };
}

/** With the configuration and the rules of deploy/prometheus, in seconds where they have minutes. */
export async function startPrometheus(t: TestContext, { jobs, pod }: Scraped): Promise<Prometheus> {
  const service = await startService(t, {
    command: 'prometheus',
    prepare(_port, directory) {
      const rules = readFileSync(path.join(DEPLOY, 'respite.rules.yaml'), 'utf8')
        .replaceAll(/^( +interval:) \d+s$/gm, '$1 1s')
        .replaceAll(/^( +for:) \d+[mh]$/gm, '$1 1s');
      writeFileSync(path.join(directory, 'respite.rules.yaml'), rules);
      const config = read('prometheus.yml') as { scrape_configs: ScrapeConfig[]; alerting?: unknown };
      delete config.alerting;
      const [known] = config.scrape_configs;
      config.scrape_configs = Object.entries(jobs).map(([job_name, at]) =>
        Object.assign({}, known, { job_name, static_configs: [{ targets: [`127.0.0.1:${at}`] }] }),
      );
      for (const job of (read('kubernetes.yml') as { scrape_configs: ScrapeConfig[] }).scrape_configs) {
        // Debian's Prometheus can't speak to Kubernetes: what that would say is said here.
        delete job.kubernetes_sd_configs;
        job.static_configs = [{ targets: [`127.0.0.1:${pod.port}`], labels: pod.labels }];
        config.scrape_configs.push(job);
      }
      writeFileSync(
        path.join(directory, 'prometheus.yml'),
        stringify({ ...config, global: { scrape_interval: '1s', evaluation_interval: '1s' } }),
      );
    },
    args: (port, directory) => [
      `--config.file=${path.join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${path.join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    isUp: async (port) => (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok,
  });
  const ask = async <T>(endpoint: string): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${service.port}/api/v1/${endpoint}`);
    const answer = (await response.json()) as { status: string; error?: string; data: T };
    if (answer.status !== 'success') throw new Error(`${decodeURIComponent(endpoint)}: ${answer.error}`);
    return answer.data;
  };
  const query = async (expr: string): Promise<readonly Sample[]> =>
    (await ask<{ result: readonly Sample[] }>(`query?query=${encodeURIComponent(expr)}`)).result;
  return {
    service,
    query,
    async returns(expr) {
      return until(
        `Prometheus to return something for ${expr}`,
        async () => {
          const found = await query(expr);
          return found.some(({ value }) => Number.isFinite(Number(value[1]))) && found;
        },
        service.output,
      );
    },
    async rules() {
      const { groups } = await ask<{ groups: readonly { rules: readonly Rule[] }[] }>('rules');
      return groups.flatMap(({ rules }) => rules);
    },
    targets: async () => (await ask<{ activeTargets: readonly Target[] }>('targets')).activeTargets,
  };
}

function read(file: string): unknown {
  return parse(readFileSync(path.join(DEPLOY, file), 'utf8'));
}
