import type { Finding, HealthCheck, PeerOptions } from '../check.ts';
import { peerOf } from './client.ts';

/** A client of `@elastic/elasticsearch` or of `@opensearch-project/opensearch`. */
export interface ElasticsearchClient {
  /** The cluster API, of which `health` is called. */
  readonly cluster: { health(params?: object, options?: object): PromiseLike<unknown> };
}

/** When the cluster is up. */
export interface ElasticsearchOptions extends PeerOptions {
  /** The worst color that is up. `yellow`: copies are missing, no data is. Default `yellow`. */
  readonly atLeast?: 'green' | 'yellow' | undefined;
}

/**
 * Asks Elasticsearch or OpenSearch for the health of its cluster. With `red` a part of the data is missing.
 *
 * @example
 * ```ts
 * import { Client } from '@elastic/elasticsearch';
 * import { elasticsearch, health } from 'respite/health';
 *
 * const client = new Client({ node: 'http://search:9200' });
 * health.add('search', { check: elasticsearch(client, { atLeast: 'yellow' }) });
 * ```
 */
export function elasticsearch(client: ElasticsearchClient, options: ElasticsearchOptions = {}): HealthCheck {
  const { atLeast = 'yellow', peer } = options;
  const good: readonly unknown[] = atLeast === 'green' ? ['green'] : ['green', 'yellow'];
  return {
    peer: peerOf(peer, addressOf(client)),
    local: false,
    run: async (signal): Promise<Finding> => {
      // The next check is the next try.
      const answer = await client.cluster.health({}, { signal, maxRetries: 0 });
      const health = healthIn(answer);
      const { status, number_of_nodes: nodes } = health;
      const details = { status, nodes };
      return good.includes(status)
        ? { details }
        : { status: 'DOWN', error: `the cluster is ${String(status)}`, details };
    },
  };
}

/**
 * Asks OpenSearch, which answers as Elasticsearch does.
 *
 * @example
 * ```ts
 * import { Client } from '@opensearch-project/opensearch';
 * import { health, opensearch } from 'respite/health';
 *
 * health.add('search', { check: opensearch(new Client({ node: 'http://search:9200' })) });
 * ```
 */
export function opensearch(client: ElasticsearchClient, options?: ElasticsearchOptions): HealthCheck {
  return elasticsearch(client, options);
}

/** Of Elasticsearch 8 and later the answer is the body; of OpenSearch and of older clients it holds it. */
function healthIn(answer: unknown): Readonly<Record<string, unknown>> {
  const whole = (answer ?? {}) as Readonly<Record<string, unknown>>;
  const { body } = whole;
  return typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : whole;
}

/** The first node that either client was given. */
function addressOf(client: object): { host: string; port: string } | undefined {
  const pool = 'connectionPool' in client ? client.connectionPool : undefined;
  const [first] =
    (pool as { connections?: readonly { readonly url?: unknown }[] } | undefined)?.connections ?? [];
  if (!(first?.url instanceof URL)) return undefined;
  const { hostname, port, protocol } = first.url;
  return { host: hostname, port: port === '' ? (protocol === 'https:' ? '443' : '80') : port };
}
