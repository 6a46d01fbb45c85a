import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Circuit, type CircuitRules, type Pass } from './circuit.ts';

const RULES: CircuitRules = { failures: 3, afterMs: 1000, probeEveryMs: 1000 };
const half = (): number => 0.5;

function pass(circuit: Circuit, nowMs: number): Pass {
  const admitted = circuit.admit(nowMs);
  assert.ok(admitted, `held back at ${nowMs}`);
  return admitted;
}

function opened(): Circuit {
  const circuit = new Circuit(RULES, half);
  for (const nowMs of [0, 500, 1000]) circuit.failed(pass(circuit, nowMs), nowMs);
  assert.equal(circuit.state, 'open');
  return circuit;
}

test('failures in a row open it, if they span the time', () => {
  const circuit = new Circuit(RULES, half);
  for (let i = 0; i < 10; i += 1) circuit.failed(pass(circuit, 999), 999);
  assert.equal(circuit.state, 'closed');
  circuit.failed(pass(circuit, 1999), 1999);
  assert.equal(circuit.state, 'open');
});

test('one success among failures keeps it closed', () => {
  const circuit = new Circuit(RULES, half);
  for (let nowMs = 0; nowMs < 100_000; nowMs += 500) {
    circuit.failed(pass(circuit, nowMs), nowMs);
    circuit.failed(pass(circuit, nowMs), nowMs);
    circuit.succeeded(pass(circuit, nowMs));
  }
  assert.equal(circuit.state, 'closed');
});

test('while it is open one probe goes out per interval', () => {
  const circuit = opened();
  let probes = 0;
  for (let nowMs = 1000; nowMs < 11_000; nowMs += 10) if (circuit.admit(nowMs)) probes += 1;
  // 0.75 s apart, as chance has it here.
  assert.equal(probes, 13);
});

test('a successful probe half-opens it, and each success lets one more attempt run beside the others', () => {
  const circuit = opened();
  circuit.succeeded(pass(circuit, 5000));
  assert.equal(circuit.state, 'half-open');
  const first = pass(circuit, 5001);
  pass(circuit, 5001);
  assert.equal(circuit.admit(5001), undefined);
  circuit.succeeded(first);
  pass(circuit, 5002);
  pass(circuit, 5002);
  assert.equal(circuit.admit(5002), undefined);
});

test('it closes after twenty successes, and opens again when failures prevail', () => {
  const closing = opened();
  closing.succeeded(pass(closing, 5000));
  for (let i = 0; i < 20; i += 1) {
    assert.equal(closing.state, 'half-open');
    closing.succeeded(pass(closing, 5000 + i));
  }
  assert.equal(closing.state, 'closed');

  const failing = opened();
  failing.succeeded(pass(failing, 5000));
  for (let i = 0; i < 4; i += 1) failing.failed(pass(failing, 5000 + i), 5000 + i);
  assert.equal(failing.state, 'open');
});

test('refusals do not open it, but a probe that is refused has failed', () => {
  const circuit = new Circuit(RULES, half);
  for (let nowMs = 0; nowMs < 10_000; nowMs += 100) circuit.refused(pass(circuit, nowMs), nowMs);
  assert.equal(circuit.state, 'closed');
  const probing = opened();
  probing.refused(pass(probing, 5000), 5000);
  assert.equal(probing.state, 'open');
});

test('results of attempts that were sent before it opened change nothing', () => {
  const circuit = new Circuit(RULES, half);
  const early = pass(circuit, 0);
  for (const nowMs of [0, 500, 1000]) circuit.failed(pass(circuit, nowMs), nowMs);
  circuit.succeeded(early);
  assert.equal(circuit.state, 'open');
});

test('an attempt whose caller leaves makes room in a half-open circuit', () => {
  const circuit = opened();
  circuit.succeeded(pass(circuit, 5000));
  const left = pass(circuit, 5001);
  pass(circuit, 5001);
  circuit.withdrawn(left);
  assert.ok(circuit.admit(5001));
});

test('whatever happens, an attempt can go out within the interval once earlier ones have ended', () => {
  const kinds = fc.constantFrom('succeeded', 'failed', 'withdrawn');
  fc.assert(
    fc.property(fc.array(fc.tuple(kinds, fc.integer({ min: 0, max: 700 })), { maxLength: 300 }), (steps) => {
      const circuit = new Circuit(RULES, half);
      let nowMs = 0;
      for (const [kind, passedMs] of steps) {
        nowMs += passedMs;
        const admitted = circuit.admit(nowMs);
        if (admitted === undefined) continue;
        if (kind === 'succeeded') circuit.succeeded(admitted);
        else if (kind === 'failed') circuit.failed(admitted, nowMs);
        else circuit.withdrawn(admitted);
      }
      assert.ok(circuit.admit(nowMs + RULES.probeEveryMs));
    }),
  );
});
