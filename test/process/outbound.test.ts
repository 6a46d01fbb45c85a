// What `respite run` sees of the calls that a worker makes, and does where the configuration says so.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { request } from '../harness/http.ts';
import { respite } from '../harness/respite.ts';

test('calls are counted by origin, and those to an origin that is named go through the client', async (t) => {
  const attempts: (string | undefined)[] = [];
  let answers: readonly number[] = [503, 200, 503, 200];
  const origin = createServer(({ headers }, response) => {
    attempts.push(headers['respite-attempt']?.toString());
    response.writeHead(answers[attempts.length - 1] ?? 200).end('here');
  });
  await once(origin.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    origin.closeAllConnections();
    origin.close();
  });
  const peer = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
  const running = respite(t, 'calls.mjs', {
    env: { ORIGIN: peer },
    config: { client: { origins: { [peer]: {} }, retry: { budget: 1 } } },
  });
  const port = await running.port();
  assert.equal((await request(port, { path: '/fetch' })).body, '200 here');
  assert.equal((await request(port, { path: '/http' })).body, 'here');
  assert.deepEqual(attempts, [undefined, '2', undefined, '2']);
  const metrics = async (): Promise<string> => (await running.manage('/metrics')).body;
  const line = (name: string, labels: string, value: number): RegExp =>
    new RegExp(`^respite_client_${name}\\{peer="${peer}"${labels}\\} ${value}$`, 'm');
  await running.until('all four are counted', async () => {
    const body = await metrics();
    return (
      line('requests_total', ',outcome="2xx"', 2).test(body) &&
      line('requests_total', ',outcome="5xx"', 2).test(body)
    );
  });
  const body = await metrics();
  assert.match(body, line('requests_in_flight', '', 0));
  assert.match(body, line('retries_total', '', 2));
  assert.match(body, line('dry_run_total', ',decision="retry"', 0));
  const peers = (mode: string): RegExp =>
    new RegExp(`^respite_client_peers\\{peer="${peer}",state="[a-z-]+",mode="${mode}"\\} [1-9]`, 'm');
  assert.match(body, peers('enforced'));

  await t.test('respite dry-run on: decisions are counted, and nothing is done', async () => {
    attempts.length = 0;
    answers = [503];
    assert.equal((await running.manage('/admission/dry-run', 'POST')).status, 200);
    await running.until('a call is sent once', async () => {
      attempts.length = 0;
      await request(port, { path: '/http' });
      return attempts.length === 1;
    });
    await running.until('it is counted', async () =>
      line('dry_run_total', ',decision="retry"', 1).test(await metrics()),
    );
    assert.match(await metrics(), peers('dry-run'));
  });
});
