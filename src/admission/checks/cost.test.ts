import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Admission } from '../admission.ts';
import { admissionWith, admitted, shed } from '../admission-support.test.ts';
import type { RequestInFlight } from '../in-flight/request.ts';
import type { AdmissionOptions } from '../options.ts';
import { resolvePolicy } from '../policy.ts';
import type { Shed } from '../shed/shed.ts';

const LARGE = 5_000_000;
const SMALL = 1000;

class Server {
  readonly admission: Admission;
  #nowMs = 0;
  #cpuMs = 0;

  constructor(options: AdmissionOptions = {}, cores = 1) {
    this.admission = admissionWith(
      {
        limit: 1000,
        turnBudget: false,
        routes: { 'POST /mail': 'sheddable', 'POST /import': 'sheddable-plus' },
        bodyBudgetBytes: 2 ** 40,
        ...options,
      },
      () => this.#nowMs,
      { processor: { cores, cpuMs: () => this.#cpuMs } },
    );
  }

  ask(route: string, bodyBytes: number): RequestInFlight | Shed {
    const [method = '', path = ''] = route.split(' ');
    return this.admission.request(method, path, bodyBytes, {});
  }

  /** What is in flight uses this share of a core for some time. */
  works(ms: number, cores: number): void {
    for (let i = 0; i < ms / 50; i += 1) {
      this.#nowMs += 50;
      this.#cpuMs += 50 * cores;
      this.admission.stats();
    }
  }

  /** Large requests of the route have been seen to use 60 ms in 100. */
  learns(route: string): void {
    for (let i = 0; i < 30; i += 1) {
      const request = admitted(this.ask(route, LARGE));
      this.works(100, 0.6);
      request.end(201);
      this.works(50, 0);
    }
  }

  count(route: string, bodyBytes: number, asked = 20): number {
    const outcomes = Array.from({ length: asked }, () => this.ask(route, bodyBytes));
    return outcomes.filter((outcome) => 'admission' in outcome).length;
  }
}

test('as many costly requests run as the processor can run at once; cheap ones and users pass between them', () => {
  const server = new Server();
  server.learns('POST /mail');
  assert.equal(server.count('POST /mail', LARGE), 3);
  assert.equal(shed(server.ask('POST /mail', LARGE)).reason, 'cost');
  assert.equal(shed(server.ask('POST /mail', LARGE)).status, 429);
  assert.equal(server.count('POST /mail', SMALL), 20);
  assert.equal(server.count('GET /list', 0), 20);
});

test('more cores run more of them', () => {
  const server = new Server({}, 4);
  server.learns('POST /mail');
  assert.ok(server.count('POST /mail', LARGE) >= 6);
});

test('room is given back when a request ends', () => {
  const server = new Server();
  server.learns('POST /mail');
  const first = admitted(server.ask('POST /mail', LARGE));
  server.count('POST /mail', LARGE);
  shed(server.ask('POST /mail', LARGE));
  first.end(201);
  admitted(server.ask('POST /mail', LARGE));
  shed(server.ask('POST /mail', LARGE));
});

test('costly requests of users are never shed for it', () => {
  const server = new Server();
  server.learns('POST /search');
  assert.equal(server.count('POST /search', LARGE), 20);
});

test('a better class does not get less because of a lower one, and each class has room for one', () => {
  const server = new Server();
  server.learns('POST /mail');
  server.learns('POST /import');
  assert.ok(server.count('POST /mail', LARGE) >= 1);
  const imports = server.count('POST /import', LARGE);
  assert.ok(imports >= 2);
  assert.equal(server.count('POST /mail', LARGE), 0);
});

test('nothing is shed for its cost before it is known', () => {
  const server = new Server();
  assert.equal(server.count('POST /mail', LARGE), 20);
});

test('off learns nothing; a dry run learns and counts, and sheds nothing', () => {
  for (const costs of ['off', 'dry-run'] as const) {
    const server = new Server({ costs });
    server.learns('POST /mail');
    assert.equal(server.count('POST /mail', LARGE), 20);
    const would = server.admission
      .stats()
      .requests.filter(({ decision, reason }) => decision === 'would-shed' && reason === 'cost');
    assert.deepEqual(
      would.map(({ count }) => count),
      costs === 'off' ? [] : [17],
    );
  }
});

test('a request whose policy is found later is weighed again by its class', () => {
  const server = new Server({ routes: {} });
  const policy = resolvePolicy('policy', 'sheddable');
  server.admission.addRoute('POST /mail', policy);
  server.learns('POST /mail');
  assert.equal(server.count('POST /mail', LARGE), 3);
  const unknown = Array.from({ length: 8 }, () => admitted(server.ask('POST /elsewhere', LARGE)));
  for (const request of unknown) {
    const found = request.reclassify(policy);
    if (found === undefined) request.end(201);
  }
  assert.equal(server.admission.stats().inFlight, 3);
});
