import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AdmissionOptions, resolveAdmissionOptions } from './options.ts';

const DEFAULTS = resolveAdmissionOptions();

test('without options every default holds', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(DEFAULTS)), {
    limit: 'adaptive',
    adaptiveLimit: { minLimit: 4, maxLimit: 4096, initialLimit: 32, targetLatencyMs: 500 },
    bodyBudgetBytes: 268_435_456,
    routes: {},
    defaultCriticality: 'critical',
    thresholds: { 'critical-plus': 1, critical: 1, 'sheddable-plus': 0.95, sheddable: 0.85 },
    turnBudget: { targetMs: 10, burstMs: 40, idleCreditMs: 300 },
    priority: {
      reserved: { 'critical-plus': 0, critical: 0, 'sheddable-plus': 0, sheddable: 0 },
      fairness: false,
      minimumPerSecond: 1,
      minimumShare: 0.01,
    },
    signals: {
      'loop-delay': { enter: 100, exit: 20 },
      'in-flight': { enter: 1, exit: 0.85 },
      bytes: { enter: 1, exit: 0.85 },
      memory: { enter: 0.95, exit: 0.85 },
      'loop-utilization': false,
      cpu: false,
      'requests-per-second': false,
    },
    statuses: { 'critical-plus': 503, critical: 503, 'sheddable-plus': 429, sheddable: 429 },
    exempt: ['/health', '/health/live', '/health/ready', '/healthz', '/livez', '/readyz'],
    exemptLimit: 16,
    loadReport: 'asked',
    shedResponse: { headers: [], cors: { origins: '*', credentials: false } },
    quarantine: 'on',
    hints: 'on',
    costs: 'on',
    dryRun: false,
  });
  assert.deepEqual(resolveAdmissionOptions({ limit: undefined, thresholds: undefined }), DEFAULTS);
});

test('what is given takes the place of its default and nothing else', () => {
  const options: AdmissionOptions = {
    limit: 8,
    thresholds: { sheddable: 0.5 },
    routes: { 'POST /a/:id': 'sheddable' },
  };
  const resolved = resolveAdmissionOptions(options);
  assert.deepEqual(resolved, {
    ...DEFAULTS,
    limit: 8,
    thresholds: { ...DEFAULTS.thresholds, sheddable: 0.5 },
    routes: { 'POST /a/:id': { criticality: 'sheddable', cost: 1 } },
  });
  assert.ok(Object.isFrozen(resolved));
  assert.ok(!Object.isFrozen(options), 'the caller’s object is the caller’s');
});

const BAD: readonly (readonly [options: object, message: RegExp])[] = [
  [{ limit: 0 }, /^admission\.limit must be a whole number of at least 1, or adaptive, got 0$/],
  [
    { limit: 'auto' as never },
    /^admission\.limit must be a whole number of at least 1, or adaptive, got "auto"$/,
  ],
  [
    { turnBudget: { targetMs: 20, burstMs: 10 } },
    /^admission\.turnBudget\.burstMs must be a whole number of at least 20, got 10$/,
  ],
  [{ bodyBudgetBytes: 1.5 }, /^admission\.bodyBudgetBytes must be a whole number/],
  [
    { defaultCriticality: 'low' },
    /^admission\.defaultCriticality must be one of critical-plus, .* got "low"$/,
  ],
  [{ routes: { '/a': 'low' } }, /^admission\.routes\["\/a"\] must be one of critical-plus, .* got "low"$/],
  [{ routes: { 'a/b': 'critical' } }, /^admission\.routes\["a\/b"\] must be a route such as/],
  [
    { thresholds: { sheddable: 2 } },
    /^admission\.thresholds\.sheddable must be a number from 0 to 1, got 2$/,
  ],
  [{ thresholds: { low: 1 } }, /^admission\.thresholds\.low is not an option/],
  [{ exempt: ['health'] }, /^admission\.exempt\[0\] must be a route such as .* got "health"$/],
  [{ loadReport: true }, /^admission\.loadReport must be one of asked, always, or false, got true$/],
  [{ dryRun: 1 }, /^admission\.dryRun must be true or false, got 1$/],
  [{ limits: 1 }, /^admission\.limits is not an option; known are limit, /],
];

for (const [options, message] of BAD) {
  test(`${JSON.stringify(options)} is refused`, () => {
    assert.throws(() => resolveAdmissionOptions(options), {
      code: 'RESPITE_OPTIONS_INVALID',
      message,
    });
  });
}
