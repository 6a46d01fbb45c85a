import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

const MODULE = path.join(import.meta.dirname, 'held-signals.ts');

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly said: string;
}

/** Runs a script that has `HeldSignals`, in a process of its own: signals are for a whole process. */
async function run(script: string): Promise<Ended> {
  const source = `
    import { HeldSignals } from ${JSON.stringify(MODULE)};
    // Until it ends by itself, or is ended.
    const alive = setInterval(() => {}, 1000);
    const arrives = () => new Promise((resolve) => setTimeout(resolve, 50));
    const send = async () => { process.kill(process.pid, 'SIGTERM'); await arrives(); };
    ${script}
    clearInterval(alive);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said, [code, signal]] = await Promise.all([
    text(child.stdout),
    once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { code, signal, said };
}

test('a signal is held back until it is raised; no listener of ours is seen', async () => {
  const ended = await run(`
    process.on('SIGTERM', () => console.log('agent'));
    const held = new HeldSignals((signal) => { console.log('held', signal); return true; });
    held.install();
    console.log(process.listenerCount('SIGTERM'), process.listenerCount('SIGINT'), Object.hasOwn(process, 'emit'));
    process.on('SIGTERM', (...args) => console.log('script', ...args));
    await send();
    await send();
    held.raise('SIGTERM');
    held.raise('SIGTERM');
    await arrives();`);
  assert.deepEqual(ended.said.trimEnd().split('\n'), [
    '1 0 false',
    'held SIGTERM',
    'held SIGTERM',
    'agent',
    'script SIGTERM 15',
  ]);
  assert.deepEqual([ended.code, ended.signal], [0, null]);
});

test('raised without a listener of the script it ends the process, as on bare Node.js', async () => {
  const ended = await run(`
    const held = new HeldSignals(() => true);
    held.install();
    await send();
    console.log('goes on');
    held.raise('SIGTERM');
    await new Promise(() => {});`);
  assert.deepEqual(ended, { code: null, signal: 'SIGTERM', said: 'goes on\n' });
});

test('a script that listens for SIGINT alone gets that in place of SIGTERM, and one that listens for both what was raised', async () => {
  const raised = async (...signals: readonly string[]): Promise<string> => {
    const listeners = signals.map((signal) => `process.on('${signal}', () => console.log('${signal}'));`);
    const { said } = await run(`
      const held = new HeldSignals(() => true);
      held.install();
      ${listeners.join('')}
      held.raise('SIGTERM');
      await arrives();`);
    return said.trimEnd();
  };
  assert.deepEqual(await Promise.all([raised('SIGINT'), raised('SIGINT', 'SIGTERM')]), ['SIGINT', 'SIGTERM']);
});

test('without a supervisor it has its effect at once', async () => {
  const ended = await run(`
    new HeldSignals(() => false).install();
    await send();
    await new Promise(() => {});`);
  assert.deepEqual(ended, { code: null, signal: 'SIGTERM', said: '' });
});
