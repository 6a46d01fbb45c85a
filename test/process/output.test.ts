// The script's output is the script's; Respite speaks on stderr, in lines of JSON when nobody watches.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { echo } from '../harness/http.ts';
import { bin, bare, fixture, respite } from '../harness/respite.ts';
import { lacks } from '../harness/programs.ts';
import { start, temporaryDirectory } from '../harness/process.ts';

for (const code of [0, 4]) {
  test(`stdout byte for byte, of a script that ends with ${code} before it was ever ready`, async (t) => {
    const onBare = bare(t, 'ends.mjs', { args: [String(code)] });
    assert.equal((await onBare.ended()).code, code);
    const running = respite(t, 'ends.mjs', { args: [String(code)] });
    assert.equal((await running.ended()).code, code === 0 ? 0 : 1);
    assert.equal(onBare.stdoutBytes.length, 300_024);
    assert.ok(running.stdoutBytes.equals(onBare.stdoutBytes), `${running.stdoutBytes.length} bytes`);
    assert.match(running.stderr, /^to stderr$/m);
    assert.deepEqual(await running.offspring(), []);
  });
}

test('nothing but the script writes to stdout; each line on stderr is its own or JSON', async (t) => {
  const running = respite(t, 'dies.mjs', { config: { supervisor: { trialMs: 500 } } });
  const port = await running.port();
  await running.ready();
  await echo(port, { path: '/exit?code=3' });
  await running.port(1);
  await running.ready();
  running.signal('SIGHUP');
  await running.port(2);
  await running.ready();
  assert.equal((await running.stop()).code, 0);
  assert.equal(running.stdout, `listening ${port}\n`.repeat(3));
  const lines = running.stderr.split('\n');
  assert.equal(lines.pop(), '');
  assert.ok(lines.length >= 4, running.stderr);
  for (const line of lines) {
    const { level, time, msg } = JSON.parse(line) as Record<string, unknown>;
    assert.deepEqual([typeof level, typeof time, typeof msg], ['number', 'number', 'string'], line);
  }
});

// `script` runs a command on a terminal of its own.
test('on a terminal Respite’s lines are for people', { skip: lacks('script') }, async (t) => {
  const command = [process.execPath, bin, 'run', '--management', '127.0.0.1:0', fixture('node-http.mjs')];
  const dir = temporaryDirectory();
  const starter = `const { spawn } = require('node:child_process');
    const child = spawn('script', ['--quiet', '--return', '--command', ${JSON.stringify(`exec ${command.join(' ')}`)}, '/dev/null'],
      { stdio: ['pipe', 'inherit', 'inherit'] });
    child.on('exit', (code) => process.exit(code));
    process.on('SIGTERM', () => child.stdin.write('\\x03'));`;
  // Ctrl-C is typed, and the terminal makes a signal of it; `exec`, since a shell in between would die of it.
  const running = start(t, ['--eval', starter], { dir });
  await running.saysOnStdout(/management on http:\/\//);
  await running.saysOnStdout('listening ');
  assert.doesNotMatch(running.stdout, /"level":/);
  assert.equal((await running.stop()).code, 0);
});
