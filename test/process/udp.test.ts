// UDP ports: shared by workers, and by a worker and its replacement.
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { respite } from '../harness/respite.ts';
import { until } from '../harness/until.ts';

const linuxOnly = { skip: process.platform !== 'linux' && 'only Linux spreads datagrams' };

/** Asks until the process ids of all answers are these. Each question comes from a port of its own, by which the kernel spreads them. */
async function answeredBy(port: number, pids: readonly (number | undefined)[]): Promise<void> {
  const seen = new Set<number>();
  await until(`answers of ${pids.join(', ')}`, async () => {
    const socket = dgram.createSocket('udp4');
    try {
      socket.send('?', port, '127.0.0.1');
      const [answer] = (await once(socket, 'message', { signal: AbortSignal.timeout(200) })) as [Buffer];
      const pid = Number(String(answer));
      if (!pids.includes(pid)) seen.clear();
      else seen.add(pid);
    } catch {
      seen.clear(); // an old worker's that has just ended
    } finally {
      socket.close();
    }
    return pids.every((pid) => pid !== undefined && seen.has(pid));
  });
}

async function freeUdpPort(): Promise<number> {
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

test('two workers share a UDP port, also with their replacements', linuxOnly, async (t) => {
  const port = await freeUdpPort();
  const options = ['--workers', '2'];
  const env = { UDP_PORT: String(port) };
  const config = { supervisor: { trialMs: 0 } };
  const running = respite(t, 'udp.mjs', { options, env, config });
  const before = await running.ready();
  await answeredBy(
    port,
    before.map(({ pid }) => pid),
  );

  // Also when one binds again, while the other one is bound.
  const http = await running.port();
  const again = new Set<number>();
  await until('both to have bound again', async () => {
    const answer = await fetch(`http://127.0.0.1:${http}/`);
    again.add(((await answer.json()) as { pid: number }).pid);
    return again.size === 2;
  });
  await answeredBy(port, [...again]);

  running.signal('SIGHUP');
  await running.logs('rolling restart is done');
  const after = await running.ready();
  assert.ok(after.every(({ pid }) => before.every((old) => old.pid !== pid)));
  await answeredBy(
    port,
    after.map(({ pid }) => pid),
  );

  // A port that another instance has is in use, as with node.
  const second = respite(t, 'udp.mjs', { env });
  assert.equal((await second.ended()).code, 1);
  assert.match(second.stderr, /EADDRINUSE/);
  assert.equal((await running.stop()).code, 0);
});

test('a killed worker leaves its UDP port to the others', linuxOnly, async (t) => {
  const port = await freeUdpPort();
  const running = respite(t, 'udp.mjs', { options: ['--workers', '2'], env: { UDP_PORT: String(port) } });
  const [killed, other] = await running.ready();
  process.kill(killed?.pid ?? assert.fail('no worker'), 'SIGKILL');
  await running.untilStatus('a replacement', ({ workers }) =>
    workers.every(({ pid, state }) => pid !== killed?.pid && state === 'ready'),
  );
  const pids = (await running.ready()).map(({ pid }) => pid);
  assert.ok(other !== undefined && pids.includes(other.pid));
  await answeredBy(port, pids);
});
