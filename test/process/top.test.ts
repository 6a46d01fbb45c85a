// oxlint-disable no-control-regex -- what is written to a terminal is looked at
// `respite status`, `respite top` and `respite incidents` beside a running `respite run`.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { writeEvidence, writeIncident } from '../../src/supervisor/incidents/evidence/folder.ts';
import { echo, request } from '../harness/http.ts';
import { kill, type RunningProcess, start, temporaryDirectory } from '../harness/process.ts';
import { lacks } from '../harness/programs.ts';
import { bin, command, respite, type RunningRespite } from '../harness/respite.ts';

async function where(running: RunningRespite): Promise<string> {
  return (await running.management()).replace('http://', '');
}

test('respite status: 0 when it is healthy, 1 when it is not, or without an answer', async (t) => {
  const running = respite(t, 'blocks.mjs');
  const port = await running.port();
  await running.ready();
  await echo(port);
  const management = await where(running);
  await running.untilStatus('the request to be counted', ({ totals }) => totals.duration.series.length > 0);
  const well = command(t, ['status', '--management', management]);
  assert.equal((await well.ended()).code, 0, well.transcript());
  assert.match(well.stdout, /^blocks\.mjs: well, up /);
  assert.match(well.stdout, /^served +1$/m);
  assert.match(well.stdout, /^ +1 +1 +\d+ +ready /m);

  const blocked = request(port, { path: '/block' });
  await running.untilStatus('a silent worker', ({ workers: [now] }) => now?.state === 'unresponsive');
  const sick = command(t, ['status', '--management', management]);
  assert.equal((await sick.ended()).code, 1);
  assert.match(sick.stdout, /^blocks\.mjs: not well \(0 of 1 workers ready, worker 1 does not respond/);
  const asJson = command(t, ['status', '--json', '--management', management]);
  assert.equal((await asJson.ended()).code, 1);
  assert.equal((JSON.parse(asJson.stdout) as { state: string }).state, 'running');
  writeFileSync(path.join(running.dir, 'unblock'), '');
  await blocked;

  await running.stop();
  const gone = command(t, ['status', '--management', management]);
  assert.equal((await gone.ended()).code, 1);
  assert.equal(
    gone.stderr,
    `respite: no status from ${management}: nothing listens there; --management says where else\n`,
  );
});

test('respite status --watch goes on until it is told to end, also while nobody answers', async (t) => {
  const running = respite(t, 'node-http.mjs');
  await running.port();
  await running.ready();
  const watching = command(t, ['status', '--watch', '--management', await where(running)]);
  await watching.until('a second look', () => watching.stdout.split(': well, up').length > 2);
  await running.stop();
  await watching.saysOnStdout('no status from');
  assert.equal((await watching.stop('SIGINT')).code, 1);
});

test('respite top without a terminal: a line a second, with rates', async (t) => {
  const running = respite(t, 'node-http.mjs');
  const port = await running.port();
  await running.ready();
  const top = command(t, ['top', '--management', await where(running)]);
  await top.until('a rate', async () => {
    await echo(port);
    return /goodput [1-9]\S*\/s/.test(top.stdout);
  });
  assert.match(top.stdout, /^\S+Z well; goodput -; refused -; utilization [^;]+; limit \d+\/\d+; /);
  assert.doesNotMatch(top.stdout, /\u001B/);
  assert.deepEqual(await top.stop(), { code: 0, signal: null });
});

/** `respite top` on a terminal of its own; SIGUSR2 types q, SIGTERM Ctrl-C. */
function topOnTerminal(t: TestContext, management: string): RunningProcess {
  const line = `stty rows 20 columns 90; exec ${process.execPath} ${bin} top --management ${management}`;
  const starter = `const { spawn } = require('node:child_process');
    const child = spawn('script', ['--quiet', '--return', '--command', ${JSON.stringify(line)}, '/dev/null'],
      { stdio: ['pipe', 'inherit', 'inherit'] });
    child.on('exit', (code) => process.exit(code));
    process.on('SIGUSR2', () => child.stdin.write('q'));
    process.on('SIGTERM', () => child.stdin.write('\\x03'));`;
  return start(t, ['--eval', starter], { dir: temporaryDirectory(), env: { TERM: 'xterm' } });
}

/** `script` runs a command on a terminal of its own. */
const skip = lacks('script');

for (const [name, signal] of [
  ['q', 'SIGUSR2'],
  ['Ctrl-C', 'SIGTERM'],
] as const) {
  test(`respite top on a terminal: the whole screen, given back on ${name}`, { skip }, async (t) => {
    const running = respite(t, 'node-http.mjs');
    await running.port();
    await running.ready();
    const top = topOnTerminal(t, await where(running));
    await top.saysOnStdout(/node-http\.mjs {2}127\.0\.0\.1:\d+ {2}up /);
    await top.saysOnStdout('q quits');
    assert.ok(
      top.stdout.startsWith('\u001B[?1049h\u001B[?25l\u001B[H'),
      JSON.stringify(top.stdout.slice(0, 40)),
    );
    const screens = top.stdout.split('\u001B[H').slice(1);
    const lines = (screens[0] ?? '').replaceAll(/\u001B\[[\d?]*[A-Za-z]/g, '').split(/\r*\n/);
    assert.ok(lines.length <= 20 && lines.every((line) => line.length <= 90), JSON.stringify(lines));
    top.signal(signal);
    assert.equal((await top.ended()).code, 0, top.transcript());
    assert.ok(
      top.stdout.trimEnd().endsWith('\u001B[?25h\u001B[?1049l'),
      JSON.stringify(top.stdout.slice(-80)),
    );
  });
}

test(
  'respite top draws anew when the terminal has another size, and gives it back on SIGTERM',
  { skip },
  async (t) => {
    const running = respite(t, 'node-http.mjs');
    await running.port();
    await running.ready();
    const top = topOnTerminal(t, await where(running));
    await top.saysOnStdout('q quits');
    const pid = await top.until('the process on the terminal', async () => {
      const offspring = await top.offspring();
      return offspring.find((one) => readFileSync(`/proc/${one}/cmdline`, 'utf8').includes('\0top\0'));
    });
    assert.equal(spawnSync('stty', ['-F', `/proc/${pid}/fd/1`, 'rows', '6', 'columns', '30']).status, 0);
    await top.until('a small screen', () => {
      const last =
        top.stdout
          .split('\u001B[H')
          .at(-1)
          ?.replaceAll(/\u001B\[[\d?]*[A-Za-z]/g, '') ?? '';
      const lines = last.split(/\r*\n/);
      return lines.length === 6 && lines.every((line) => line.length <= 30);
    });
    kill(pid, 'SIGTERM');
    assert.equal((await top.ended()).code, 0, top.transcript());
    assert.ok(
      top.stdout.trimEnd().endsWith('\u001B[?25h\u001B[?1049l'),
      JSON.stringify(top.stdout.slice(-80)),
    );
  },
);

test('respite incidents lists, shows, tells where the report is, and prunes', async (t) => {
  const dir = temporaryDirectory();
  const kept = path.join(dir, '.respite/incidents');
  const run = async (...args: string[]): Promise<RunningProcess> => {
    const running = command(t, ['incidents', ...args], { dir, env: { DISPLAY: '', WAYLAND_DISPLAY: '' } });
    await running.ended();
    return running;
  };
  assert.equal((await run()).stdout, `no incidents in ${kept}\n`);
  for (const [i, id] of ['2026-a', '2026-b'].entries()) {
    await writeIncident(kept, {
      schema: 1,
      id,
      cause: 'event-loop-blocked',
      summary: 'worker 1 has been blocked for 5.0 s',
      worker: { id: 1, slot: 1, pid: 42 },
      openedAtMs: i * 1000,
      endedAtMs: i * 1000 + 500,
      outcome: 'recovered',
      steps: [],
      facts: [],
      report: undefined,
      stack: undefined,
      evidence: [],
      missing: [],
    });
  }
  assert.match((await run()).stdout, /^OPENED .*\n.*2026-b.*\n.*2026-a.*been blocked for 5\.0 s\n$/);
  assert.deepEqual(
    (JSON.parse((await run('--json')).stdout) as { id: string }[]).map(({ id }) => id),
    ['2026-b', '2026-a'],
  );
  assert.match((await run('show', 'last')).stdout, /^event-loop-blocked: recovered, 500 ms\n.*\n2026-b\n/);
  const none = await run('open', 'last');
  assert.deepEqual([none.exit?.code, none.stdout], [2, '']);
  assert.match(none.stderr, /^respite: no report was kept: .*2026-b\/report\.html is not there/);
  await writeEvidence(kept, '2026-b', 'report.html', '<h1>');
  assert.equal((await run('open', 'last')).stdout, `${kept}/2026-b/report.html\n`);
  assert.equal((await run('prune', '--keep', '1')).stdout, `1 removed from ${kept}\n2026-a\n`);
  const unknown = await run('show', '2026-a');
  assert.deepEqual(
    [unknown.exit?.code, unknown.stderr],
    [2, `respite: there is no incident "2026-a" in ${kept}; respite incidents lists them\n`],
  );
  assert.equal((await run('show', '2026-b', '--incidents', kept)).exit?.code, 0);
});
