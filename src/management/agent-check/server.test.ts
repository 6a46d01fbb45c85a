import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { History } from '../../core/history.ts';
import type { InstanceMeasure } from '../../supervisor/index.ts';
import { FakeLog, FakeSupervisor, statusOf } from '../support.test.ts';
import { recentLoad } from './recent-load.ts';
import { type AgentCheck, startAgentCheck } from './server.ts';

interface Opened {
  readonly agent: AgentCheck;
  readonly supervisor: FakeSupervisor;
  readonly port: number;
}

async function opened(t: TestContext): Promise<Opened> {
  const supervisor = new FakeSupervisor();
  const address = { host: '127.0.0.1', port: 0, chosen: true };
  const agent = await startAgentCheck({ supervisor, log: new FakeLog(), address });
  t.after(async () => agent.close().catch(() => {}));
  return { agent, supervisor, port: Number(agent.address.split(':')[1]) };
}

/** The line that a balancer gets. */
async function ask(port: number): Promise<string> {
  return text(connect(port, '127.0.0.1'));
}

test('a line for each check: the weight, a drain, no worker', async (t) => {
  const { supervisor, port } = await opened(t);
  assert.equal(await ask(port), 'up 16%\n');
  supervisor.now = statusOf('draining', ['ready']);
  assert.equal(await ask(port), 'up 0%\n');
  supervisor.now = statusOf('stopping', ['draining']);
  assert.equal(await ask(port), 'up 0%\n');
  supervisor.now = statusOf('running', ['unresponsive', 'starting']);
  assert.equal(await ask(port), 'down #no worker is ready\n');
  supervisor.now = statusOf('running', ['unresponsive', 'ready']);
  assert.equal(await ask(port), 'up 16%\n');
});

test('clients that send much, reset, or never end hold nothing up', async (t) => {
  const { agent, port } = await opened(t);
  const sends = connect(port, '127.0.0.1');
  sends.on('error', () => {});
  sends.write(Buffer.alloc(1 << 20));
  const resets = connect(port, '127.0.0.1');
  await once(resets, 'connect');
  resets.resetAndDestroy();
  const stays = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  stays.on('error', () => {});
  stays.resume();
  await once(stays, 'end');
  assert.equal(await ask(port), 'up 16%\n');
  await agent.close();
  stays.destroy();
  sends.destroy();
});

test('an address that is taken is an error that names the option', async (t) => {
  const { port } = await opened(t);
  const address = { host: '127.0.0.1', port, chosen: true };
  await assert.rejects(startAgentCheck({ supervisor: new FakeSupervisor(), log: new FakeLog(), address }), {
    code: 'RESPITE_MANAGEMENT_ADDRESS_IN_USE',
    message: `the agent check address 127.0.0.1:${port} is in use: choose another with --agent-check <host:port>`,
  });
});

test('the load is what is asked: utilization, and more while requests are shed', () => {
  const zero = {
    served: 0,
    failed: 0,
    wouldRefuse: 0,
    utilization: 0,
    'reason-priority': 0,
    'reason-in-flight': 0,
    'reason-bytes': 0,
    'reason-turn': 0,
    'reason-deadline': 0,
    'reason-connection': 0,
    'reason-no-worker': 0,
  };
  type Known = keyof typeof zero;
  const history = new History<Known>(Object.keys(zero) as Known[], 10);
  const load = (): number => recentLoad(history as unknown as History<InstanceMeasure>);
  assert.ok(Number.isNaN(recentLoad(undefined)));
  assert.ok(Number.isNaN(load()));
  const add = (given: Partial<Record<Known, number>>): void => {
    for (let i = 0; i < 3; i += 1) history.add({ ...zero, ...given, atMs: 0 });
  };
  add({ utilization: 0.6, served: 100, 'reason-deadline': 50 });
  assert.equal(load().toFixed(3), '0.600');
  add({ utilization: 1, served: 90, failed: 10, 'reason-turn': 60, 'reason-priority': 40 });
  assert.equal(load(), 2);
  // A dry run serves what it would have shed.
  add({ utilization: 1, served: 200, wouldRefuse: 100 });
  assert.equal(load(), 2);
});
