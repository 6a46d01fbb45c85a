import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompareOptions } from '../../../load/index.ts';
import type { LoadFlags } from '../request.ts';
import { compareOptionsOf } from './flags.ts';

function optionsOf(flags: LoadFlags, url?: string): Partial<CompareOptions> {
  const options = compareOptionsOf({ url, flags });
  // What is undefined was not typed.
  return JSON.parse(JSON.stringify(options)) as Partial<CompareOptions>;
}

const node = process.execPath;

test('a git ref, whose versions are started', () => {
  assert.deepEqual(optionsOf({ against: 'main', script: 'server.js' }), {
    baseline: { ref: 'main', command: [node, 'server.js'] },
    candidate: { command: [node, 'server.js'] },
  });
  assert.deepEqual(
    optionsOf(
      { against: 'v1.2', start: 'npm start', setup: 'npm ci', rate: '300', for: '3m', seed: '4' },
      '/a?b',
    ),
    {
      baseline: { ref: 'v1.2', command: ['sh', '-c', 'npm start'], setup: 'npm ci' },
      candidate: { command: ['sh', '-c', 'npm start'] },
      path: '/a?b',
      rate: 300,
      durationMs: 180_000,
      seed: 4,
    },
  );
});

test('the URL of another server', () => {
  assert.deepEqual(
    optionsOf({ against: 'http://127.0.0.1:3000/', pid: '12', againstPid: '34' }, 'http://127.0.0.1:3001/'),
    {
      baseline: { url: 'http://127.0.0.1:3000/', pid: 34 },
      candidate: { url: 'http://127.0.0.1:3001/', pid: 12 },
    },
  );
});

test('smallest changes', () => {
  const effects = (...minEffect: string[]): unknown =>
    optionsOf({ against: 'main', script: 's.js', minEffect }).minEffect;
  assert.deepEqual(effects('5%'), { cpu: 0.05, p99: 0.05, goodput: 0.05 });
  assert.deepEqual(effects('2.5%', 'p99=20%'), { cpu: 0.025, p99: 0.2, goodput: 0.025 });
  assert.deepEqual(effects('cpu=4%'), { cpu: 0.04 });
});

const URLS: LoadFlags = { against: 'http://127.0.0.1:3000/' };
const REF: LoadFlags = { against: 'main', script: 'server.js' };

const WRONG: readonly (readonly [flags: LoadFlags, url: string | undefined, message: RegExp])[] = [
  [{ against: 'main' }, undefined, /^say how to start the server: --script/],
  [{ ...REF, start: 'npm start' }, undefined, /^say how to start the server/],
  [REF, 'http://127.0.0.1:3000/', /^with a git ref .* name the path/],
  [{ ...REF, pid: '1' }, undefined, /^--pid and --against-pid/],
  [URLS, undefined, /^name the URL/],
  [{ ...URLS, script: 'server.js' }, 'http://127.0.0.1:3001/', /^--script is for versions that are started/],
  [{ ...URLS, pid: 'x' }, 'http://127.0.0.1:3001/', /^--pid takes a process id, got "x"$/],
  [{ ...REF, rate: '1..2' }, undefined, /^--rate takes one rate with --against/],
  [{ ...REF, threads: '2' }, undefined, /^--threads is not for a comparison/],
  [{ ...REF, expect: ['p99<=5ms'] }, undefined, /^--expect is not/],
  [{ ...REF, minEffect: ['3'] }, undefined, /^--min-effect takes a share such as 3% or p99=10%, got "3"$/],
  [{ ...REF, minEffect: ['ram=3%'] }, undefined, /^--min-effect takes/],
];
for (const [flags, url, message] of WRONG) {
  test(`respite load: not ${JSON.stringify(flags)} ${url ?? ''}`, () => {
    assert.throws(() => optionsOf(flags, url), { code: 'RESPITE_CLI_USAGE', message });
  });
}
