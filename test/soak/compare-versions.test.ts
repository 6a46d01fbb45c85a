// Two versions of a real server, with times too short for a figure but long enough for a factor.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { compareIn, type Times } from '../../src/load/against/compare.ts';
import type { CompareOptions, Comparison, Version } from '../../src/load/against/contract.ts';
import { MIN_PAIRS } from '../../src/load/against/verdict/judge.ts';
import { createRepository } from '../../src/load/against/versions/fake-repository.test.ts';

const SHORT: Times = { warmUpMs: 50, sliceMs: 150, trialMs: 50 };

const skip = process.platform === 'linux' ? false : 'needs /proc';

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'respite-unit-')));
after(() => rmSync(folder, { recursive: true }));

// So that what other comparisons leave there is not in the way.
process.env['TMPDIR'] = mkdtempSync(path.join(folder, 'temporary-'));

/** A server that uses this much CPU time for each request, however busy the machine is. */
function serverOf(ms: number): string {
  return `import { createServer } from 'node:http';
createServer((req, res) => {
  for (const since = process.cpuUsage(); ; ) {
    const { user, system } = process.cpuUsage(since);
    if (user + system >= ${1000 * ms}) break;
  }
  res.statusCode = req.url === '/' ? 404 : 200;
  res.end('ok');
}).listen(process.env.PORT, '127.0.0.1');
`;
}

const leftovers = (): readonly string[] => readdirSync(tmpdir());

/** Ends when there are this many pairs, however long that takes here. */
async function compareEnough(options: CompareOptions, wanted: number = MIN_PAIRS + 1): Promise<Comparison> {
  const enough = new AbortController();
  return compareIn(SHORT, {
    durationMs: 10 * 60_000,
    rate: 100,
    seed: 1,
    signal: enough.signal,
    onProgress: ({ pairs }) => {
      if (pairs >= wanted) enough.abort();
    },
    ...options,
  });
}

const command = [process.execPath, 'server.mjs'];

test(
  'a commit and what was changed since are started anew for each pair, and leave nothing behind',
  { skip },
  async () => {
    const git = createRepository(folder);
    writeFileSync(path.join(folder, 'server.mjs'), serverOf(0.2));
    git('add', 'server.mjs');
    git('commit', '--quiet', '--message', 'fast');
    writeFileSync(path.join(folder, 'server.mjs'), serverOf(5));
    const started: Version = { command, directory: folder };
    const options: CompareOptions = {
      baseline: { ...started, ref: 'main' },
      candidate: started,
      path: '/products',
    };
    const { baseline, candidate, pairs, hasFreshProcesses, baselineCommit, verdict } = await compareEnough(
      options,
      2,
    );
    assert.ok(
      (candidate.cpuMs ?? 0) > 2 * (baseline.cpuMs ?? Infinity),
      `${candidate.cpuMs}, ${baseline.cpuMs}`,
    );
    assert.equal(baselineCommit, git('rev-parse', '--short', 'main'));
    assert.ok(hasFreshProcesses && pairs === 2);
    assert.equal(verdict, 'unclear');
    assert.deepEqual(leftovers(), []);
    assert.equal(git('worktree', 'list').split('\n').length, 1);
  },
);

test('a version that answers nothing, and one that does not start, are errors', { skip }, async () => {
  writeFileSync(path.join(folder, 'server.mjs'), serverOf(0));
  const version = { command, directory: folder };
  await assert.rejects(compareEnough({ baseline: version, candidate: version }), {
    code: 'RESPITE_LOAD_VERSION',
    message: /every request to the baseline failed \(404\): \//,
  });
  const broken = { command: [process.execPath, '--eval', 'console.error("no database"); process.exit(3)'] };
  await assert.rejects(compareEnough({ baseline: version, candidate: broken, path: '/products' }), {
    code: 'RESPITE_LOAD_VERSION',
    message: /the candidate ended before it listened.*\n.*no database/,
  });
  assert.deepEqual(leftovers(), []);
});

test('servers that run already are compared by their URLs', { skip }, async (t) => {
  const server = createServer((req, res) => {
    setTimeout(() => res.end('ok'), req.url === '/slow' ? 300 : 1);
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { changes, verdict, hasFreshProcesses, baselineCommit } = await compareEnough({
    baseline: { url: `${origin}/fast` },
    candidate: { url: `${origin}/slow` },
    maxLagMs: 60_000,
  });
  // Both are this process, which is found by its port.
  assert.deepEqual(
    changes.map(({ figure }) => figure),
    ['cpu', 'p99', 'goodput'],
  );
  assert.equal(verdict, 'worse', JSON.stringify(changes));
  assert.ok(!hasFreshProcesses && baselineCommit === undefined);
});
