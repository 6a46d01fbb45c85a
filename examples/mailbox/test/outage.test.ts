import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createCall } from '../demo/outage/client.ts';
import { curve } from '../demo/outage/curve.ts';
import { CLIENTS, outageSeconds, type Second } from '../demo/outage/plan.ts';
import { outageRows } from '../demo/outage/rows.ts';

test('a curve fills its lines from below', () => {
  assert.deepEqual(curve([0, 1, 2, 4], 2, 4, 10), ['   █', ' ▄██']);
  assert.equal(curve([0, 4, 0, 4], 1, 4, 2)[0], '▄▄');
});

test('a shorter time makes a shorter outage', () => {
  assert.deepEqual([90, 60, 45].map(outageSeconds), [60, 40, 25]);
});

test('the table tells load and recovery', () => {
  const second = (arrived: number, served: number): Second => ({ calls: 20, served, ended: 20, arrived });
  const calm = Array.from({ length: 5 }, () => second(20, 20));
  const naive = [...calm, second(540, 0), second(540, 0), second(40, 0), second(20, 20)];
  const respite = [...calm, second(20, 0), second(2, 0), second(20, 20), second(20, 20)];
  const rows = outageRows(
    new Map([
      ['naive', naive],
      ['respite', respite],
    ]),
    2,
  );
  assert.deepEqual(
    rows.map(({ values }) => values),
    [
      ['27.00 ×', '0.55 ×'],
      ['after 1 s', 'after 0 s'],
      ['2.00 ×', '1.00 ×'],
    ],
  );
});

test('each client calls', async (t) => {
  const server = createServer((_request, response) => response.writeHead(204).end());
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (const name of CLIENTS) assert.equal(await createCall(name)(url), 204);
});
