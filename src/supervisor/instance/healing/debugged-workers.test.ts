import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchdogReport } from '../../../worker/index.ts';
import { DebuggedWorkers } from './debugged-workers.ts';

const WORKER = { id: 1, slot: 1, pid: 1, state: 'ready', hold: () => {}, kill: () => {} } as const;
const report = (debug: boolean, oldestWaitingMs: number): WatchdogReport =>
  ({ debugger: debug, oldestWaitingMs }) as WatchdogReport;

test('a debugger holds a worker until no request is left that has waited for it, which is logged once', () => {
  const warnings: string[] = [];
  const silent = (): void => {};
  const log = {
    debug: silent,
    info: silent,
    error: silent,
    warn: (_: object, text: string) => warnings.push(text),
  };
  const debugged = new DebuggedWorkers<typeof WORKER>(log);
  assert.equal(debugged.isHeld(WORKER), false);
  debugged.reported(WORKER, report(false, 90_000), 0);
  assert.equal(debugged.isHeld(WORKER), false);
  debugged.reported(WORKER, report(true, 0), 1000);
  debugged.reported(WORKER, report(true, 500), 2000);
  assert.equal(debugged.isHeld(WORKER), true);
  debugged.reported(WORKER, report(false, 1600), 3000);
  assert.equal(debugged.isHeld(WORKER), true, 'a request of before is still there');
  debugged.reported(WORKER, report(false, 1900), 4000);
  assert.equal(debugged.isHeld(WORKER), false);
  debugged.reported(WORKER, report(true, 0), 5000);
  assert.equal(debugged.isHeld(WORKER), true);
  debugged.gone(WORKER);
  assert.equal(debugged.isHeld(WORKER), false);
  assert.deepEqual(warnings, [
    'a debugger holds worker 1: it serves nothing meanwhile, and is not replaced for that',
  ]);
});
