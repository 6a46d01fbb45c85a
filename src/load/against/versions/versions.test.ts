// What the kernel tells of processes, and what outlives this one: with real processes.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { listenerOn } from './listener.ts';
import { cpuBetween, readTree, treeOf } from './process-tree.ts';

const skip = process.platform === 'linux' ? false : 'needs /proc';

async function until(condition: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 30_000;
  while (!condition()) {
    assert.ok(performance.now() < deadlineMs, 'it did not happen within 30 s');
    await delay(20);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function start(t: TestContext, command: string, ...args: string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

test('a tree are the process and its descendants, and no others', () => {
  const parentOf = new Map([
    [1, 0],
    [10, 1],
    [11, 10],
    [12, 11],
    [20, 1],
    [21, 10],
  ]);
  assert.deepEqual(treeOf(10, parentOf), [10, 11, 21, 12]);
  assert.deepEqual(treeOf(20, parentOf), [20]);
});

test(
  'CPU time of a tree includes children that still run, and those that have ended',
  { skip },
  async (t) => {
    const computes = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done';
    const shell = start(
      t,
      'sh',
      '-c',
      `read -r _; sh -c '${computes}'; sh -c '${computes}; echo computed; read -r _'; exit 0`,
    );
    const pid = shell.pid ?? 0;
    const before = readTree(pid);
    const output = once(shell.stdout as NodeJS.ReadableStream, 'data');
    shell.stdin?.write('go\n');
    await output;
    const after = readTree(pid);
    // One child has ended and one waits; both have computed alike.
    assert.ok(after !== undefined && after.processes === 2);
    const ofLiving = cpuBetween(before, { ...after, ticksSeconds: 0 }) ?? 0;
    const ofAll = cpuBetween(before, after) ?? 0;
    assert.ok(ofLiving > 0.01 && ofAll > 1.3 * ofLiving, `${ofLiving} s, ${ofAll} s`);
    shell.stdin?.end();
    await once(shell, 'exit');
  },
);

test('threads that have ended count by the ticks of their process', () => {
  const before = { threads: new Map([['1', 1e9]]), ticksSeconds: 1, processes: 1 };
  const exact = { threads: new Map([['1', 1.5e9]]), ticksSeconds: 1.51, processes: 1 };
  assert.equal(cpuBetween(before, exact), 0.5);
  const withEnded = { threads: new Map([['1', 1.5e9]]), ticksSeconds: 1.9, processes: 1 };
  assert.ok(Math.abs((cpuBetween(before, withEnded) ?? 0) - 0.9) < 1e-9);
});

test('the process that listens on a port', { skip }, async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  assert.equal(listenerOn(port), process.pid);
  server.close();
  await once(server, 'close');
  assert.equal(listenerOn(port), undefined);
});

test('when this process is killed, its servers end and its folders are removed', { skip }, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'respite-unit-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const ended = spawn('true', { detached: true });
  await once(ended, 'exit');
  const server = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  const serverPid = server.pid ?? 0;
  t.after(() => server.kill('SIGKILL'));
  const keeper = path.join(import.meta.dirname, 'keeper.ts');
  const parent = start(
    t,
    process.execPath,
    '--input-type=module',
    '--eval',
    `import { Keeper } from ${JSON.stringify(keeper)};
    const keeper = new Keeper([${JSON.stringify(folder)}], undefined);
    keeper.watch(${ended.pid});
    keeper.watch(${serverPid});
    keeper.forget(${ended.pid});
    setInterval(() => {}, 1000);
    console.log('watched');`,
  );
  await once(parent.stdout as NodeJS.ReadableStream, 'data');
  assert.ok(isAlive(serverPid) && existsSync(folder));
  parent.kill('SIGKILL');
  await once(server, 'exit');
  await until(() => !existsSync(folder));
});
