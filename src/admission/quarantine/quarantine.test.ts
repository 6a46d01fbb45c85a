import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { admissionWith, admitted, shed } from '../admission-support.test.ts';
import type { Admission } from '../admission.ts';
import type { AdmissionOptions } from '../options.ts';
import { intercept } from '../transport/intercept.ts';
import { type Fingerprint, Fingerprints } from './fingerprint.ts';
import { Quarantine } from './quarantine.ts';
import type { QuarantineNews, QuarantineRule } from './rules.ts';
import { type Suspect, suspectOf } from './suspect.ts';

const FINGERPRINTS = new Fingerprints({ salt: 'salt', identityHeader: 'x-user' });
const BAD = '/search?q=aaaaaaaaaaaaaaaa';

interface Made {
  readonly admission: Admission;
  readonly quarantine: Quarantine;
  readonly news: QuarantineNews[];
  readonly ask: (target?: string, user?: string) => ReturnType<Admission['request']>;
}

function make({ isDryRun = false, options }: { isDryRun?: boolean; options?: AdmissionOptions } = {}): Made {
  const news: QuarantineNews[] = [];
  const quarantine = new Quarantine(FINGERPRINTS, isDryRun, (each) => news.push(each));
  const admission = admissionWith({ limit: 100, ...options }, undefined, { quarantine });
  const ask = (target = BAD, user = 'eve'): ReturnType<Admission['request']> =>
    admission.request('GET', target, 0, { 'x-user': user });
  return { admission, quarantine, news, ask };
}

function fingerprint(user = 'eve', target = BAD): Fingerprint {
  return FINGERPRINTS.of({
    method: 'GET',
    target,
    headers: { 'x-user': user },
    bodyBytes: 0,
    peer: undefined,
  });
}

function apply(
  quarantine: Quarantine,
  rules: readonly Partial<QuarantineRule>[],
  watched: readonly string[] = [],
): void {
  const whole = rules.map((rule): QuarantineRule => ({
    id: 'q1',
    scope: 'request',
    key: '',
    place: fingerprint().place,
    probes: false,
    ...rule,
  }));
  quarantine.apply({ version: 1, isAlert: true, rules: whole, watched });
}

test('while there is no quarantine no fingerprint is made', () => {
  const { ask } = make();
  assert.equal(admitted(ask()).fingerprint, undefined);
});

test('a matching request is shed with its reason, and callers are asked not to retry', () => {
  const { admission, quarantine, ask } = make();
  apply(quarantine, [{ key: fingerprint().request }]);
  const { status, reason, forbidsRetry } = shed(ask());
  assert.deepEqual([status, reason, forbidsRetry], [503, 'quarantine', true]);
  admitted(ask(BAD, 'ann'));
  admitted(ask('/search?q=aaaaaaaaaaaaaaab'));
  assert.deepEqual(
    admission.stats().requests.map(({ decision, reason: why, count }) => [decision, why, count]),
    [
      ['admitted', '', 2],
      ['shed', 'quarantine', 1],
    ],
  );
});

test('by scope: a caller loses its shape, or all callers do', () => {
  const { quarantine, ask } = make();
  apply(quarantine, [{ scope: 'caller', key: fingerprint().caller }]);
  shed(ask('/search?q=b'));
  admitted(ask(BAD, 'ann'));
  apply(quarantine, [{ scope: 'everyone', key: fingerprint().shape }]);
  shed(ask(BAD, 'ann'));
  admitted(ask('/search?q=tomorrow', 'ann'));
  apply(quarantine, []);
  admitted(ask());
});

test('a dry run counts and sheds nothing, and the other checks go on', () => {
  const { admission, quarantine, ask } = make({ isDryRun: true, options: { limit: 1, priority: false } });
  apply(quarantine, [{ key: fingerprint().request }]);
  admitted(ask());
  assert.equal(shed(ask()).reason, 'in-flight');
  const counts = admission.stats().requests.map(({ decision, reason, count }) => [decision, reason, count]);
  assert.deepEqual(
    counts.filter(([, reason]) => reason === 'quarantine'),
    [['would-shed', 'quarantine', 2]],
  );
});

test('health checks pass', () => {
  const { quarantine, ask } = make();
  const { request, place } = fingerprint('eve', '/healthz');
  apply(quarantine, [{ key: request, place }]);
  admitted(ask('/healthz'));
});

test('one probe passes at a time, and its answer is reported', () => {
  const { quarantine, news, ask } = make();
  apply(quarantine, [{ key: fingerprint().request, probes: true }]);
  const probe = admitted(ask());
  shed(ask());
  probe.end(0, false);
  assert.deepEqual(news, [], 'a client that has gone away says nothing');
  admitted(ask()).end(500);
  assert.deepEqual(news, [{ kind: 'probe-served', id: 'q1' }]);
});

test('requests like those that ended a worker are reported when they are answered, once', () => {
  const { quarantine, news, ask } = make();
  const { request, caller, shape, place } = fingerprint();
  apply(quarantine, [], [request, caller, shape, place]);
  admitted(ask(BAD, 'ann')).end(200);
  admitted(ask(BAD, 'ann')).end(200);
  admitted(ask()).end(200);
  assert.deepEqual(news, [
    { kind: 'served', keys: [shape] },
    { kind: 'served', keys: [request, caller] },
  ]);
});

test('the suspect is the request whose handler runs, by its route', async (t) => {
  const { admission } = make({ options: { routes: { 'GET /search': 'critical' } } });
  const found: (Suspect | undefined)[] = [];
  const server = createServer((_, response) => {
    found.push(suspectOf([admission], FINGERPRINTS));
    setImmediate(() => {
      found.push(suspectOf([admission], FINGERPRINTS));
      response.end();
    });
  });
  intercept(server, admission);
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await (await fetch(`http://127.0.0.1:${port}${BAD}`, { headers: { 'x-user': 'eve' } })).text();
  const [running, later] = found;
  assert.deepEqual([running?.name, running?.caller], ['GET /search', fingerprint().caller]);
  assert.equal(later, undefined, 'its handler has returned');
});
