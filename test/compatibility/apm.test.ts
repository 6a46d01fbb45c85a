// Tracing agents loaded before the user's script, in each of the ways that their documentation names: Respite still limits
// and counts, and a request is traced once. `npm run test:agents`; the agents are installed into `.cache/`.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type Agent, AGENTS, fileOf, installed } from '../harness/agents.ts';
import { request } from '../harness/http.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { rawConnection } from '../harness/raw.ts';
import { bin, fixture, RunningRespite } from '../harness/respite.ts';
import { DEADLINE_MS, until } from '../harness/until.ts';

const PATH = '/traced';

interface Way {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The ways that an agent can be loaded in. */
function waysOf(folder: string, { required, imported }: Agent): readonly Way[] {
  const options = [
    ...(required === undefined ? [] : [['--require', fileOf(folder, required)] as const]),
    ['--import', fileOf(folder, imported)] as const,
  ];
  return options.flatMap(([option, file]) => [
    { name: option, args: [option, file], env: {} },
    { name: `NODE_OPTIONS=${option}`, args: [], env: { NODE_OPTIONS: `${option} ${file}` } },
  ]);
}

/** Agents take some seconds to load, and load in the supervisor too. */
const STARTS_WITHIN_MS = 2 * DEADLINE_MS;

function start(t: TestContext, agent: Agent, way: Way): RunningRespite {
  const args = [
    ...way.args,
    bin,
    'run',
    '--management',
    '127.0.0.1:0',
    '--limit',
    '1',
    fixture('traced.cjs'),
  ];
  const running = new RunningRespite(args, temporaryDirectory(), {
    env: { ...agent.env, ...way.env },
  });
  t.after(() => running.cleanUp());
  return running;
}

async function check(t: TestContext, agent: Agent, way: Way): Promise<void> {
  const running = start(t, agent, way);
  const port = await running.until('the server', () => running.ports[0], STARTS_WITHIN_MS);

  // In flight as long as its body has not ended.
  const first = await rawConnection(t, port);
  await first.write(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n`);
  await running.saysOnStdout(`handling ${PATH}`);
  const second = await request(port, { path: PATH });
  assert.equal(second.status, 503, 'a second request passes the limit of 1: admission is not in place');
  await first.write('0\r\n\r\n');
  assert.equal((await first.response()).status, 200);

  const counts = await running.untilStatus('both to be counted', ({ totals }) => {
    const requests = totals.requests.map(({ decision, count }) => `${decision} ${count}`);
    return requests.length === 2 && requests.toSorted();
  });
  assert.deepEqual(counts, ['admitted 1', 'shed 1']);
  const traced = (status: number): number =>
    agent.traced(running.stdout, PATH).filter((each) => each === status).length;
  await until('the trace of the request that was served', () => traced(200) > 0, running.transcript);
  assert.equal(traced(200), 1, running.transcript());
  assert.ok(traced(503) <= 1, running.transcript());
  assert.equal(running.ports.length, 1, `the worker has died\n${running.transcript()}`);
  assert.deepEqual((await running.status()).incidents, []);
}

for (const agent of AGENTS) {
  test(agent.name, async (t) => {
    const folder = await installed(t, agent);
    if (folder === undefined) return;
    for (const way of waysOf(folder, agent)) {
      await t.test(`by ${way.name}`, (ofWay) => check(ofWay, agent, way));
    }
  });
}
