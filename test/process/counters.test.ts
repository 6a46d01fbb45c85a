// What workers have counted outlives them, whenever and however they end.
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from '../harness/http.ts';
import { kill } from '../harness/process.ts';
import { respite, type RunningRespite } from '../harness/respite.ts';
import { below, printedRandom } from '../harness/seed.ts';

const KILLS = Number(process.env['RESPITE_TEST_KILLS'] ?? 40);
const CLIENTS = 8;

/** With the pause of each client, fewer requests a second than a worker writes one by one, whatever the machine. */
const PAUSE_MS = 4;

const REQUESTS = [
  ['GET', '/'],
  ['POST', '/'],
  ['GET', '/later'],
  ['GET', '/parts'],
  ['GET', '/missing'],
  ['GET', '/fails'],
] as const;

/** The fallback responder's: no worker has seen the request. */
const NO_WORKER = 503;

type Series = ReadonlyMap<string, number>;

async function scrape(running: RunningRespite): Promise<Series> {
  const { body } = await running.manage('/metrics');
  const counters = /^((?:http_server_request_duration_seconds|respite_admission_requests_total)\S*) (\S+)$/gm;
  return new Map([...body.matchAll(counters)].map(([, name = '', value]) => [name, Number(value)]));
}

function sumOf(series: Series, pattern: RegExp): number {
  return [...series].reduce((sum, [name, value]) => (pattern.test(name) ? sum + value : sum), 0);
}

function countOf(series: Series, status: number): number {
  return sumOf(series, new RegExp(`_seconds_count\\{.*status_code="${status}"`));
}

/** Client and server count the same, except for what the kills have cut. */
class Clients {
  readonly answered = new Map<number, number>();
  cut = 0;
  readonly #over = new AbortController();
  readonly #running: readonly Promise<void>[];

  constructor(port: number) {
    this.#running = Array.from({ length: CLIENTS }, (_, i) => this.#run(port, i));
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#running);
  }

  async #run(port: number, first: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = first; !this.#over.signal.aborted; i += 1) {
      const [method, path] = REQUESTS[i % REQUESTS.length] ?? REQUESTS[0];
      try {
        const { status } = await request(port, { method, path, agent });
        this.answered.set(status, (this.answered.get(status) ?? 0) + 1);
      } catch {
        this.cut += 1;
      }
      await delay(PAUSE_MS);
    }
    agent.destroy();
  }
}

test(`${KILLS} workers killed under load: counters never go down, and have every answer that a client has`, async (t) => {
  const random = printedRandom(t);
  const running = respite(t, 'answers.mjs', {
    // Each slot restarts once a second at most.
    options: ['--workers', '4'],
    config: { admission: { limit: 1000, turnBudget: false, priority: false } },
  });
  const port = await running.port();
  await running.ready();
  const clients = new Clients(port);
  let before: Series = new Map();
  let scrapes = 0;
  const look = async (): Promise<void> => {
    const now = await scrape(running);
    for (const [name, value] of before) {
      const next = now.get(name);
      assert.ok(next !== undefined && next >= value, `${name} was ${value} and is ${next}`);
    }
    before = now;
    scrapes += 1;
  };
  const killed = new Set<number>();
  while (killed.size < KILLS) {
    await look();
    const { workers } = await running.status();
    const ready = workers.filter(({ state, pid }) => state === 'ready' && !killed.has(pid));
    const victim = ready[below(random, ready.length)];
    await delay(below(random, 100));
    if (victim === undefined) continue;
    kill(victim.pid);
    killed.add(victim.pid);
  }
  await clients.stop();
  await running.ready();
  const { answered, cut } = clients;
  answered.delete(NO_WORKER);
  const all = [...answered.values()].reduce((sum, count) => sum + count, 0);
  const told = (series: Series): string => {
    const counted = [...answered.keys()].map((status) => [status, countOf(series, status)]);
    return `answered ${JSON.stringify([...answered])}, counted ${JSON.stringify(counted)}, cut ${cut}`;
  };
  await running.until('every answer counted', async () => {
    await look();
    return [...answered].every(([status, count]) => countOf(before, status) >= count);
  });
  const counted = sumOf(before, /_seconds_count\{/);
  const admitted = sumOf(before, /^respite_admission_requests_total\{decision="admitted"/);
  t.diagnostic(
    `${scrapes} scrapes; ${told(before)}; counted in all ${counted}, admitted ${admitted}, answered ${all}`,
  );
  assert.ok(all > KILLS && scrapes > KILLS);
  assert.ok(counted <= all + cut, told(before));
  assert.ok(admitted >= all && admitted <= all + cut, `admitted ${admitted}; ${told(before)}`);
  assert.equal(countOf(before, NO_WORKER), 0);
});

test('a request of a trace is an exemplar of its bucket, for those who ask for OpenMetrics', async (t) => {
  const running = respite(t, 'answers.mjs');
  const port = await running.port();
  await running.ready();
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  await request(port, { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
  await request(port, { path: '/missing', headers: { traceparent: `00-${trace}-00f067aa0ba902b7-00` } });
  const address = `${await running.management()}/metrics`;
  const ask = async (accept: string): Promise<{ type: string | null; text: string }> => {
    const response = await fetch(address, { headers: { accept, connection: 'close' } });
    return { type: response.headers.get('content-type'), text: await response.text() };
  };
  const { type, text } = await running.until('an exemplar', async () => {
    const answer = await ask('application/openmetrics-text; version=1.0.0, text/plain; q=0.5');
    return answer.text.includes(trace) && answer;
  });
  assert.equal(type, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
  assert.match(
    text,
    new RegExp(`status_code="200",le="[0-9.]+"\\} 1 # \\{trace_id="${trace}"\\} \\S+ \\d+\\.\\d{3}\n`),
  );
  assert.equal(text.match(/trace_id/g)?.length, 1);
  assert.match(text, /\n# EOF\n$/);
  assert.doesNotMatch((await ask('text/plain')).text, /trace_id|EOF/);
});
