import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { startManagement } from './server.ts';
import { FakeLog, FakeSupervisor } from './support.test.ts';

interface Scraped {
  readonly text: string;
  readonly supervisor: FakeSupervisor;
}

async function scrape(t: TestContext, showsScriptMetrics: boolean): Promise<Scraped> {
  const supervisor = new FakeSupervisor();
  supervisor.families = [{ name: 'orders', help: 'Orders.', type: 'gauge', samples: [['orders', 7]] }];
  const management = await startManagement({
    supervisor,
    log: new FakeLog(),
    version: '1.2.3',
    address: { host: '127.0.0.1', port: 0, chosen: true },
    token: undefined,
    showsScriptMetrics,
    incidentsDirectory: undefined,
  });
  t.after(() => management.close());
  const response = await fetch(`http://${management.address}/metrics`);
  return { text: await response.text(), supervisor };
}

test("the script's own metrics are among those of /metrics", async (t) => {
  const { text } = await scrape(t, true);
  assert.match(text, /^orders 7$/m);
  assert.match(text, /^respite_script_metrics_left_out_total\{reason="timeout"\} 1$/m);
});

test('unless they are switched off: then no worker is asked', async (t) => {
  const { text, supervisor } = await scrape(t, false);
  assert.doesNotMatch(text, /^orders/m);
  assert.deepEqual(supervisor.calls, []);
});
