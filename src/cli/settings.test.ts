import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveSettings, type RunFlags } from './settings.ts';

test('a flag wins over the configuration, that over the default', () => {
  const config = {
    admission: { limit: 5, dryRun: true, bodyBudgetBytes: 9 },
    supervisor: { workers: 3, standby: 2, heapMb: 64, killTimeoutMs: 1 },
    management: { address: ':1', token: 'from-file' },
  };
  const flags = { limit: '7', workers: '2', standby: '1', heap: '128', management: 'localhost:2' };
  const flagged = resolveSettings(flags, config, { RESPITE_MANAGEMENT_TOKEN: 'from-env' });
  assert.deepEqual(
    [
      flagged.admission.limit,
      flagged.supervisor.workers,
      flagged.supervisor.standby,
      flagged.supervisor.heapMb,
      flagged.management.address,
    ],
    [7, 2, 1, 128, { host: 'localhost', port: 2, chosen: true }],
  );
  const plain = resolveSettings({}, config, {});
  assert.deepEqual(
    [plain.admission.limit, plain.admission.dryRun, plain.admission.bodyBudgetBytes],
    [5, true, 9],
  );
  assert.deepEqual(
    [
      plain.supervisor.workers,
      plain.supervisor.standby,
      plain.supervisor.heapMb,
      plain.supervisor.killTimeoutMs,
    ],
    [3, 2, 64, 1],
  );
  assert.deepEqual(plain.management, {
    address: { host: undefined, port: 1, chosen: true },
    token: 'from-file',
    scriptMetrics: true,
    agentCheck: false,
  });
  assert.equal(resolveSettings({}, {}, {}).admission.limit, 'adaptive');
  const limited = { admission: { limit: 64 } };
  assert.equal(resolveSettings({}, limited, {}).admission.limit, 64);
  assert.equal(resolveSettings({ limit: 'adaptive' }, limited, {}).admission.limit, 'adaptive');
});

test('a process that never listens has no fallback responder', () => {
  const { supervisor } = resolveSettings({ listen: false }, {}, {});
  assert.deepEqual([supervisor.listens, supervisor.fallbackResponder], [false, false]);
  const configured = resolveSettings({}, { supervisor: { listens: false } }, {}).supervisor;
  assert.deepEqual([configured.listens, configured.fallbackResponder], [false, false]);
});

test('flags have words of their own', () => {
  assert.ok(resolveSettings({ workers: 'auto' }, {}, {}).supervisor.workers >= 1);
  assert.equal(
    resolveSettings({ management: 'off' }, { management: { address: ':1' } }, {}).management.address,
    false,
  );
  assert.equal(resolveSettings({ dryRun: true }, {}, {}).admission.dryRun, true);
  const client = { origins: { 'http://a.b': {} } };
  assert.deepEqual(resolveSettings({ dryRun: true }, { client }, {}).client, { ...client, dryRun: true });
  assert.equal(resolveSettings({}, { client }, {}).client, client);
  const few = { supervisor: { incidents: { countLimit: 3 } } };
  assert.equal(resolveSettings({ incidents: 'off' }, few, {}).supervisor.incidents, false);
  const { incidents } = resolveSettings({ incidents: 'elsewhere' }, few, {}).supervisor;
  assert.deepEqual(incidents, { directory: 'elsewhere', countLimit: 3, sizeLimitBytes: 209_715_200 });
});

test('the token comes from the environment when the configuration has none', () => {
  assert.equal(
    resolveSettings({}, {}, { RESPITE_MANAGEMENT_TOKEN: 'from-env' }).management.token,
    'from-env',
  );
  assert.equal(resolveSettings({}, {}, { RESPITE_MANAGEMENT_TOKEN: '' }).management.token, undefined);
  assert.throws(() => resolveSettings({}, {}, { RESPITE_MANAGEMENT_TOKEN: 'two words' }), {
    code: 'RESPITE_CLI_USAGE',
    message: 'RESPITE_MANAGEMENT_TOKEN must be a string of visible characters without spaces',
  });
});

const STANDBY =
  '--standby must be a whole number from 0 to the number of workers, and 0 for a process that never listens';
const WORKERS = '--workers must be a whole number from 1 to 1024, or auto';
const LIMIT = '--limit must be a whole number of at least 1, or adaptive';
const HEAP = '--heap must be a whole number of megabytes, at least 16';
const MANAGEMENT = '--management must be host:port, :port, a port, unix:/path, or off';

const INVALID: readonly (readonly [flags: RunFlags, message: string])[] = [
  [{ standby: '2' }, `${STANDBY}, got "2"`],
  [{ standby: 'some' }, `${STANDBY}, got "some"`],
  [{ standby: '1', listen: false }, `${STANDBY}, got "1"`],
  [{ workers: '0' }, `${WORKERS}, got "0"`],
  [{ workers: '1025' }, `${WORKERS}, got "1025"`],
  [{ workers: 'many' }, `${WORKERS}, got "many"`],
  [{ workers: '' }, `${WORKERS}, got ""`],
  [{ limit: '0' }, `${LIMIT}, got "0"`],
  [{ limit: '1e3' }, `${LIMIT}, got "1e3"`],
  [{ limit: '-5' }, `${LIMIT}, got "-5"`],
  [{ incidents: '' }, '--incidents must be a directory, or off, got ""'],
  [{ heap: '15' }, `${HEAP}, got "15"`],
  [{ heap: '512MB' }, `${HEAP}, got "512MB"`],
  [{ management: 'false' }, `${MANAGEMENT}, got "false"`],
  [{ management: '' }, `${MANAGEMENT}, got ""`],
];

for (const [flags, message] of INVALID) {
  test(message, () => {
    assert.throws(() => resolveSettings(flags, {}, {}), { code: 'RESPITE_CLI_USAGE', message });
  });
}
