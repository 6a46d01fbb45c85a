import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Patient } from './patient.ts';
import { CALM, type Ward, ward } from './ward.test.ts';

/** Reports of a worker whose requests are stuck, one in each quarter of a second. */
async function stick(made: Ward, worker: Patient, forMs: number, completions = 7): Promise<void> {
  const usual = { kind: 'GET /query', usualMs: 125, longestMs: 100, count: 9 };
  made.healer.heard(worker, { answered: [usual], gaveUp: [], waiting: [] });
  for (let ms = 0; ms <= forMs; ms += 250) {
    made.nowMs += 250;
    const waiting = Array.from({ length: 10 }, () => ({ kind: 'GET /query', waitedMs: ms + 250 }));
    made.healer.heard(worker, { answered: [], gaveUp: [], waiting });
    made.healer.reported(worker, { ...CALM, waiting: 6, oldestWaitingMs: ms, completions });
  }
  await new Promise((resolve) => setImmediate(resolve));
}

const STUCK = { stuckRequests: { afterMs: 2000 } };
const PEER = { peers: [{ peer: '127.0.0.1:5432', count: 5 }] };

test('stuck requests: whom they wait for is found out before the worker is replaced, once', async () => {
  let asked = 0;
  const made = ward(STUCK, {
    investigate: async () => {
      asked += 1;
      return PEER;
    },
  });
  await stick(made, made.worker, 4000);
  assert.deepEqual([made.done, asked], [['replace 3 stuck-requests'], 1]);
  assert.match(
    made.told.at(-1)?.summary ?? '',
    /6 requests wait; 5 connections to 127\.0\.0\.1:5432, the peer of most$/,
  );
});

test('stuck on the same again: spared, not ready while anybody waits, over when somebody is answered', async () => {
  const made = ward(STUCK, { investigate: async () => PEER });
  await stick(made, made.worker, 3000);
  await made.finish();
  const fresh = { ...made.worker, id: 4 };
  await stick(made, fresh, 3000, 2);
  const [, second] = new Map(made.told.map((incident) => [incident.id, incident])).values();
  assert.deepEqual([second?.cause, second?.endedAtMs], ['dependency-slow', undefined]);
  assert.match(second?.summary ?? '', /worker 3 was replaced for the same \d s ago, which did not help$/);
  assert.equal(made.done.at(-1), 'hold');
  made.healer.heard(fresh, { answered: [], gaveUp: [], waiting: [] });
  made.healer.reported(fresh, { ...CALM, waiting: 0, completions: 2 });
  assert.equal(made.done.at(-1), 'release', 'nobody waits: let somebody try');
  assert.equal(made.told.at(-1)?.endedAtMs, undefined);
  made.healer.reported(fresh, { ...CALM, waiting: 5, completions: 3 });
  assert.equal(made.told.at(-1)?.steps.at(-1)?.what, 'requests are answered again');
  assert.deepEqual(
    made.done.filter((deed) => deed.startsWith('replace')),
    ['replace 3 stuck-requests'],
  );
});

test('what is known of its dependencies decides: a worker is not replaced for one that is down', async () => {
  const made = ward(STUCK, { investigate: async () => PEER });
  const trouble = { name: 'db', kind: 'down', address: '127.0.0.1:5432', detail: 'refused' } as const;
  made.healer.surroundedBy({ troubles: [trouble] });
  await stick(made, made.worker, 3000);
  assert.deepEqual([made.told[0]?.cause, made.done[0]], ['dependency-down', 'hold']);
  made.healer.gone(made.worker);
  assert.equal(made.told.at(-1)?.steps.at(-1)?.what, 'its worker has ended');
});
