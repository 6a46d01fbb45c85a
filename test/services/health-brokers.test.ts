// Checks through clients that users have: MongoDB, Kafka, Elasticsearch, OpenSearch, gRPC. No package of Debian's or npm's has a server
// of the first four, so servers of the fixtures speak their protocols; the clients are the real ones. And mail servers with TLS.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { Client as ElasticsearchClient } from '@elastic/elasticsearch';
import { Client as GrpcClient, credentials } from '@grpc/grpc-js';
import { Client as OpensearchClient } from '@opensearch-project/opensearch';
import { Kafka, logLevel } from 'kafkajs';
import { MongoClient } from 'mongodb';
import {
  elasticsearch,
  type Finding,
  grpc,
  type HealthCheck,
  kafka,
  mongodb,
  opensearch,
  smtp,
} from '../../src/health/index.ts';
import { ca } from '../harness/http.ts';
import { drill, Watched } from '../harness/services/health-drill.ts';
import { startFixture } from '../harness/services/node-server.ts';
import { until } from '../harness/until.ts';

async function findingOf(check: HealthCheck): Promise<Finding> {
  const finding = await check.run(AbortSignal.timeout(60_000));
  assert.ok(typeof finding === 'object');
  return finding;
}

/** They share a process, and load parts of themselves when they first need them: how soon a check is down is measured elsewhere. */
const downMs = 20_000;

describe('checks of brokers, databases and services', { concurrency: true }, () => {
  test('MongoDB', async (t) => {
    const service = await startFixture(t, 'mongod');
    const client = new MongoClient(`mongodb://127.0.0.1:${service.port}`, {
      directConnection: true,
      maxPoolSize: 3,
      heartbeatFrequencyMS: 500,
    });
    t.after(() => client.close());
    // The driver has a connection or two for its monitor.
    await drill(t, { check: mongodb(client), service, connections: 3, downMs });
    const busy = new Watched(t, mongodb(client));
    await busy.checked(1);
    const sleeping = [1, 2, 3].map(async () => client.db('admin').command({ sleep: 1500 }));
    await until('the pool to be busy', () => busy.report.details['busy'] === true);
    assert.equal(busy.report.status, 'UP');
    await Promise.all(sleeping);
  });

  test('Kafka', async (t) => {
    const service = await startFixture(t, 'kafka');
    const client = new Kafka({
      brokers: [`127.0.0.1:${service.port}`],
      logLevel: logLevel.NOTHING,
      // The next check is the next try.
      retry: { retries: 0 },
      requestTimeout: 1000,
    });
    const check = kafka(client.admin());
    t.after(() => check.close?.());
    assert.deepEqual(await findingOf(check), { details: { brokers: 1 } });
    await drill(t, { check, service, connections: 2, downMs });
  });

  for (const [name, check] of [
    ['Elasticsearch', (node: string) => elasticsearch(new ElasticsearchClient({ node }))],
    ['OpenSearch', (node: string) => opensearch(new OpensearchClient({ node }), { atLeast: 'green' })],
  ] as const) {
    test(name, async (t) => {
      const service = await startFixture(t, 'search');
      const one = check(`http://127.0.0.1:${service.port}`);
      assert.deepEqual(await findingOf(one), { details: { status: 'green', nodes: 3 } });
      const color = path.join(service.directory, 'color');
      for (const [set, status] of [
        ['yellow', name === 'Elasticsearch' ? undefined : 'DOWN'],
        ['red', 'DOWN'],
      ] as const) {
        writeFileSync(color, set);
        assert.equal((await findingOf(one)).status, status, set);
      }
      rmSync(color);
      await drill(t, { check: one, service, connections: 3, downMs });
    });
  }

  test('gRPC', async (t) => {
    const service = await startFixture(t, 'grpc');
    const client = new GrpcClient(`127.0.0.1:${service.port}`, credentials.createInsecure(), {
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 500,
    });
    t.after(() => client.close());
    assert.deepEqual(await findingOf(grpc(client, { service: 'serving' })), {
      details: { status: 'SERVING' },
    });
    assert.deepEqual(await findingOf(grpc(client, { service: 'draining' })), {
      status: 'DOWN',
      error: 'it says NOT_SERVING',
      details: { status: 'NOT_SERVING' },
    });
    await assert.rejects(findingOf(grpc(client, { service: 'other' })), /unknown service/);
    await drill(t, { check: grpc(client), service, connections: 1, downMs });
  });

  for (const tls of ['implicit', 'starttls'] as const) {
    test(`SMTP, ${tls}`, async (t) => {
      const service = await startFixture(t, 'mail', tls);
      const host = '127.0.0.1';
      const check = smtp(host, { port: service.port, tls, ca });
      assert.match(String((await findingOf(check)).details?.['banner']), /ESMTP/);
      await assert.rejects(findingOf(smtp(host, { port: service.port, tls })), {
        code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      });
      await drill(t, { check, service, downMs });
    });
  }
});
