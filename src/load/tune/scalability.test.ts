import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitScalability, throughputAt } from './scalability.ts';

const IN_FLIGHT = [1, 2, 4, 8, 16, 32, 64];

test('the coefficients of a curve are found again', () => {
  const coefficients = fc.record({
    lambda: fc.double({ min: 1, max: 10_000, noNaN: true }),
    sigma: fc.double({ min: 0, max: 1, noNaN: true }),
    kappa: fc.double({ min: 0, max: 0.1, noNaN: true }),
  });
  fc.assert(
    fc.property(coefficients, (law) => {
      const truth = { ...law, peakInFlight: 0 };
      const points = IN_FLIGHT.map((inFlight) => ({ inFlight, perSecond: throughputAt(truth, inFlight) }));
      const found = fitScalability(points);
      assert.ok(found);
      for (const { inFlight, perSecond } of points) {
        const fitted = throughputAt(found, inFlight);
        assert.ok(Math.abs(fitted - perSecond) <= 1e-3 * perSecond, `${fitted} for ${perSecond}`);
      }
    }),
  );
});

test('the peak is where throughput is highest', () => {
  const law = { lambda: 100, sigma: 0.1, kappa: 0.001, peakInFlight: 0 };
  const found = fitScalability(
    IN_FLIGHT.map((inFlight) => ({ inFlight, perSecond: throughputAt(law, inFlight) })),
  );
  assert.ok(found);
  assert.equal(Math.round(found.peakInFlight), 30);
  assert.ok(
    throughputAt(found, 30) >= throughputAt(found, 25) && throughputAt(found, 30) >= throughputAt(found, 35),
  );
});

test('throughput that never falls has no peak', () => {
  const found = fitScalability(IN_FLIGHT.map((inFlight) => ({ inFlight, perSecond: 10 * inFlight })));
  assert.equal(found?.peakInFlight, Infinity);
  assert.ok((found?.sigma ?? 1) < 1e-9);
});

test('too few points, or points too close, are no curve', () => {
  assert.equal(fitScalability([{ inFlight: 1, perSecond: 10 }]), undefined);
  assert.equal(
    fitScalability([10, 11, 12, 13].map((inFlight) => ({ inFlight, perSecond: inFlight }))),
    undefined,
  );
});
