import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { test } from 'node:test';
import { Admission } from './admission.ts';
import { aloneHost } from './host.ts';
import { resolveAdmissionOptions } from './options.ts';

test('each shed request is published, also one that a dry run only counts, and nothing else', (t) => {
  const events: unknown[] = [];
  const listener = (event: unknown): void => {
    events.push(event);
  };
  subscribe('respite:admission:shed', listener);
  t.after(() => unsubscribe('respite:admission:shed', listener));
  const routes = { 'POST /mail/:user': 'sheddable' } as const;
  let dryRun = false;
  const host = {
    ...aloneHost(),
    get dryRun() {
      return dryRun;
    },
  };
  const admission = new Admission(resolveAdmissionOptions({ limit: 1, routes }), undefined, host);
  t.after(() => admission.watchSignals(false));
  admission.request('GET', '/', 0, {});
  assert.deepEqual(events, []);
  admission.request('POST', '/mail/ann', 0, {});
  dryRun = true;
  admission.request('GET', '/', 0, {});
  assert.deepEqual(events, [
    {
      decision: 'shed',
      reason: 'in-flight',
      criticality: 'sheddable',
      route: 'POST /mail/:user',
      status: 429,
    },
    { decision: 'would-shed', reason: 'in-flight', criticality: 'critical', route: '', status: 503 },
  ]);
});
