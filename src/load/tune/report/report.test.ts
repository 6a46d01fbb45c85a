import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TuneReport } from '../findings.ts';
import { SimulatedServer } from '../simulated-server.test.ts';
import { tune } from '../tune.ts';
import { renderPage } from './page.ts';
import { renderTerminal } from './terminal.ts';

const POOL = { stages: [{ servers: 20, meanMs: 40, isRandom: false }], seesWaiting: true, seed: 1 };
const FRAME = { script: '<img src=x>.js', file: 'respite.config.ts', atMs: 0, cores: 'server on core 0' };

async function reportOf(adaptiveLimit: number): Promise<TuneReport> {
  const server = new SimulatedServer({ ...POOL, adaptiveLimit, noise: 0.01 });
  return tune({ target: server, load: server.load, nowMs: () => server.nowMs, normalPerSecond: 100 });
}

const fine = await reportOf(60);
const wrong = await reportOf(8);

test('the terminal shows each finding, the curves and the answer', () => {
  const text = renderTerminal(fine, FRAME.file);
  for (const part of ['capacity', 'success buffer', 'Little’s law', 'σ', 'limit 20', '32 × 250'])
    assert.ok(text.includes(part), `${part} in\n${text}`);
  assert.match(text, /^Nothing to change: adaptive serves \d+ % of what the best fixed limit serves\.$/m);
});

test('a change is a diff of the configuration', () => {
  const text = renderTerminal(wrong, FRAME.file);
  assert.match(
    text,
    /^--- respite\.config\.ts\n\+\+\+ respite\.config\.ts\n {3}admission: \{\n- {4}limit: 'adaptive',\n\+ {4}limit: \d+, \/\/ .*\n {3}\},$/m,
  );
});

test('the page needs nothing else, draws the curves and escapes what it shows', () => {
  const page = renderPage(wrong, FRAME);
  assert.equal(page.match(/<svg/g)?.length, 4);
  assert.ok(page.includes('&lt;img src=x&gt;.js') && !page.includes('<img'));
  assert.doesNotMatch(page, /<script|https?:|NaN|undefined|Infinity/);
});

test('a report without measurements is shown too', () => {
  const empty: TuneReport = {
    ...fine,
    capacity: undefined,
    little: undefined,
    buffers: undefined,
    scalability: undefined,
    workers: undefined,
    limit: undefined,
    accept: undefined,
    advice: { kind: 'declined', changes: [], scriptChanges: [], unclear: ['the run was interrupted'] },
  };
  assert.equal(renderTerminal(empty, FRAME.file), '\nNo answer:\n- the run was interrupted\n');
  assert.ok(renderPage(empty, FRAME).includes('<h1>No answer</h1>'));
});
