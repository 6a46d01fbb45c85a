// How long an idle connection is kept while shedding lasts.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Admission } from '../admission.ts';
import { resolveAdmissionOptions } from '../options.ts';
import { intercept } from './intercept.ts';

for (const [keepAliveTimeoutMs, announced] of [
  [5000, 'timeout=3'],
  [2000, 'timeout=2'],
  // Behind a load balancer, which closes after 60 s and ignores what the response announces.
  [65_000, 'timeout=65'],
] as const) {
  test(`sustained shedding announces ${announced} where keepAliveTimeout is ${keepAliveTimeoutMs} ms`, async (t) => {
    const server = http.createServer((_request, response) => response.end());
    server.keepAliveTimeout = keepAliveTimeoutMs;
    const admission = new Admission(resolveAdmissionOptions({ limit: 10 }));
    Object.defineProperty(admission, 'isSheddingSustained', { value: true });
    intercept(server, admission);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const agent = new http.Agent({ keepAlive: true });
    t.after(() => {
      agent.destroy();
      server.close();
    });
    const request = http.get({ port: (server.address() as AddressInfo).port, agent });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    response.resume();
    assert.equal(response.headers['keep-alive'], announced);
  });
}
