// Checks that open connections of their own: memcached, SMTP, HTTP, TCP, DNS.
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import {
  dns,
  type HealthCheck,
  HealthRegistry,
  http,
  memcached,
  smtp,
  tcp,
  troubles,
} from '../../src/health/index.ts';
import { lacks } from '../harness/programs.ts';
import { until } from '../harness/until.ts';
import { startDnsmasq } from '../harness/services/dnsmasq.ts';
import { DOWN_MS, drill, Watched } from '../harness/services/health-drill.ts';
import { startMemcached } from '../harness/services/memcached.ts';
import { startHttp, startSmtp, startTcp } from '../harness/services/node-server.ts';

async function findingOf(check: HealthCheck): Promise<unknown> {
  const finding = await check.run(AbortSignal.timeout(5000)).catch((error: Error) => error.message);
  return typeof finding === 'object' ? finding.details : finding;
}

describe('checks with connections of their own', { concurrency: true }, () => {
  test('memcached', { skip: lacks('memcached') }, async (t) => {
    const service = await startMemcached(t);
    const check = memcached({ host: '127.0.0.1', port: service.port });
    assert.match(JSON.stringify(await findingOf(check)), /"version":"1\./);
    await drill(t, { check, service });
    const other = await startHttp(t);
    assert.match(
      String(await findingOf(memcached({ host: '127.0.0.1', port: other.port }))),
      /not memcached/,
    );
  });

  test('SMTP', async (t) => {
    const service = await startSmtp(t);
    const check = smtp('127.0.0.1', { port: service.port });
    assert.match(JSON.stringify(await findingOf(check)), /"banner":".+ESMTP/);
    await drill(t, { check, service });
  });

  test('HTTP', async (t) => {
    const service = await startHttp(t);
    const base = `http://127.0.0.1:${service.port}`;
    assert.deepEqual(await findingOf(http(`${base}/204`)), { status: 204 });
    assert.equal(await findingOf(http(`${base}/503`)), 'answered 503');
    assert.equal(await findingOf(http(`${base}/moved`)), 'answered 302: a redirect');
    assert.deepEqual(await findingOf(http(`${base}/moved`, { expect: [302] })), { status: 302 });
    assert.deepEqual(await findingOf(http(`${base}/moved`, { redirects: 1 })), { status: 200 });
    assert.equal(
      await findingOf(http(`${base}/away`, { redirects: 1 })),
      'redirects to another host, 192.0.2.1',
    );
    assert.deepEqual(
      await findingOf(http(`${base}/404`, { expect: (status) => status < 500, method: 'HEAD' })),
      {
        status: 404,
      },
    );
    await drill(t, { check: http(base), service });
  });

  test('what answers late is up, and slow', async (t) => {
    const service = await startHttp(t);
    const registry = new HealthRegistry();
    t.after(() => registry.clear());
    const check = http(`http://127.0.0.1:${service.port}/late`);
    registry.add('late', { check, intervalMs: 250, timeoutMs: 5000, slowMs: 150 });
    const [trouble] = await until('three slow checks', () => {
      const found = troubles(registry.reports());
      return found.length > 0 && found;
    });
    assert.deepEqual(
      [trouble?.cause, trouble?.peer, trouble?.error],
      ['dependency-slow', `127.0.0.1:${service.port}`, undefined],
    );
    assert.equal(registry.read('ready').status, 'UP');
  });

  test('DNS', { skip: lacks('dnsmasq') }, async (t) => {
    const service = await startDnsmasq(t);
    const check = dns('service.test', { servers: [`127.0.0.1:${service.port}`] });
    assert.deepEqual(await findingOf(check), { records: 1 });
    assert.match(
      String(await findingOf(dns('other.test', { servers: [`127.0.0.1:${service.port}`] }))),
      /other\.test/,
    );
    await drill(t, { check, service });
  });

  test('TCP', async (t) => {
    const service = await startTcp(t);
    const fillers: Socket[] = [];
    t.after(() => fillers.forEach((socket) => socket.destroy()));
    await drill(t, {
      check: tcp('127.0.0.1', service.port),
      service,
      connections: 3,
      // A process that hangs has its connections accepted by the kernel, until its queue is full.
      pause: () => {
        service.pause();
        for (let i = 0; i < 3; i += 1) {
          fillers.push(connect(service.port, '127.0.0.1').on('error', () => {}));
        }
      },
      resume: () => {
        service.resume();
        fillers.forEach((socket) => socket.destroy());
      },
    });
  });

  test('a host that swallows everything is down at the time-out', async (t) => {
    // TEST-NET-1 of RFC 5737: no such host. Some networks say so at once, most say nothing.
    const startedMs = performance.now();
    await new Watched(t, tcp('192.0.2.1', 9)).becomes('DOWN', startedMs, DOWN_MS);
  });
});
