import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startManagement } from './server.ts';
import { FakeLog, FakeSupervisor } from './support.test.ts';

test('hosts that the server calls are named to authenticated callers only', async (t) => {
  const supervisor = new FakeSupervisor();
  const management = await startManagement({
    supervisor,
    log: new FakeLog(),
    version: '1.2.3',
    address: { host: '127.0.0.1', port: 0, chosen: true },
    token: undefined,
    showsScriptMetrics: true,
    incidentsDirectory: undefined,
  });
  t.after(() => management.close());
  const instruments = [
    {
      name: 'respite_client_retries_total',
      help: 'Retries.',
      type: 'counter' as const,
      series: ['http://db.internal', 'http://mail.internal'].map((peer) => ({ labels: { peer }, value: 1 })),
    },
    {
      name: 'respite_cache_bytes',
      help: 'Bytes.',
      type: 'gauge' as const,
      series: [{ labels: { store: 'memory' }, value: 1 }],
    },
  ];
  supervisor.now = { ...supervisor.now, totals: { ...supervisor.now.totals, instruments } };
  const read = async (path: string, headers: Record<string, string> = {}): Promise<string> =>
    (await fetch(`http://${management.address}${path}`, { headers })).text();
  const hidden = (text: string): readonly string[] => text.match(/hidden-[0-9a-f]{8}/g) ?? [];
  for (const path of ['/metrics', '/status']) {
    const named = await read(path, { Respite: '1' });
    assert.match(named, /db\.internal/);
    assert.deepEqual(hidden(named), []);
    const everybody = await read(path);
    assert.doesNotMatch(everybody, /internal/);
    assert.equal(new Set(hidden(everybody)).size, 2, 'each peer has a name of its own');
    assert.deepEqual(hidden(await read(path)), hidden(everybody), 'names stay the same');
    assert.match(everybody, /respite_cache_bytes/);
  }
});
