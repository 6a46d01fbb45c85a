// Secrets that only the workers know, because their code loads them: in nothing that Respite stores, logs, sends or shows.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test, type TestContext } from 'node:test';
import { endedIncident } from '../harness/incidents.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { respite, type RunningRespite } from '../harness/respite.ts';

const SECRET = 'loaded-by-the-script-xyzzy';
const OPEN = 'open-but-environment-plugh';

const QUICK = { stableMs: 300, detect: { blockedLoop: { unreadyMs: 500, evidenceMs: 600, killMs: 2000 } } };

async function start(t: TestContext): Promise<{ running: RunningRespite; sent: string[]; port: number }> {
  const sent: string[] = [];
  const webhook = createServer((request, response) => {
    void text(request).then((body) => {
      sent.push(body);
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(webhook, 'listening');
  t.after(() => webhook.close());
  const dir = temporaryDirectory();
  writeFileSync(path.join(dir, '.env'), `SHOP_TOKEN=${SECRET}\nSHOP_COLOR=${OPEN}\n`);
  const url = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/`;
  const running = respite(t, 'loads-secrets.mjs', {
    dir,
    config: { supervisor: QUICK, notify: { webhook: { url } } },
  });
  const port = await running.port();
  await running.ready();
  return { running, sent, port };
}

/** Ends Respite, so that no file is being written while it is read. */
async function assertNowhere(
  running: RunningRespite,
  sent: readonly string[],
): Promise<{ readonly files: readonly string[]; readonly summary: string }> {
  const { id, summary } = await endedIncident(running);
  // What is over soon is told in one message.
  await running.until('the message of its end', () =>
    sent.some((body) => body.includes('"event":"recovered"')),
  );
  const folder = path.join(running.dir, '.respite/incidents');
  const files = (): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => path.join(parentPath, name));
  await running.until('the end of the evidence', () => files().some((file) => file.endsWith('report.html')));
  for (const route of ['/status', '/incidents', `/incidents/${id}`]) {
    assert.doesNotMatch((await running.manage(route)).body, /xyzzy|plugh/, route);
  }
  await running.stop();
  for (const file of files()) assert.doesNotMatch(readFileSync(file, 'latin1'), /xyzzy|plugh/, file);
  assert.doesNotMatch(sent.join('\n'), /xyzzy|plugh/);
  assert.doesNotMatch(JSON.stringify(running.log), /xyzzy|plugh/);
  assert.match(running.stderr, /shop says loaded-by-the-script-xyzzy/, 'the output is the script’s own');
  return { files: files(), summary };
}

describe('a secret that the script has loaded is kept nowhere', { concurrency: true }, () => {
  test('when a worker dies of an error that tells it', async (t) => {
    const { running, sent, port } = await start(t);
    await fetch(`http://127.0.0.1:${port}/dies/${SECRET}?at=${SECRET}`).catch(() => {});
    const { files, summary } = await assertNowhere(running, sent);
    const log = files.find((file) => file.endsWith('log.txt'));
    assert.match(readFileSync(log ?? '', 'utf8'), /shop says \*\*\*, which is bad/);
    assert.match(summary, /could not reach \*\*\*/);
  });

  test('when a worker is blocked, nor is any other of its variables in the diagnostic report', async (t) => {
    const { running, sent, port } = await start(t);
    fetch(`http://127.0.0.1:${port}/blocks/${SECRET}?at=${SECRET}`).catch(() => {});
    const { files } = await assertNowhere(running, sent);
    const report = files.find((file) => file.endsWith('diagnostic-report.json'));
    const { header, workers } = JSON.parse(readFileSync(report ?? '', 'utf8')) as {
      header: object;
      workers: object[];
    };
    assert.ok('nodejsVersion' in header && workers.length > 0);
    assert.ok(workers.every((worker) => !('environmentVariables' in worker)));
  });
});

test('a start that fails tells no secret either', async (t) => {
  const dir = temporaryDirectory();
  writeFileSync(path.join(dir, '.env'), `SHOP_TOKEN=${SECRET}\n`);
  const running = respite(t, 'loads-secrets.mjs', { dir, config: { supervisor: { stableMs: 300 } } });
  await running.port();
  const [worker] = await running.ready();
  writeFileSync(path.join(dir, '.env'), 'SHOP_TOKEN=a-new-value-xyzzy\nDIES_AT_START=1\n');
  process.kill(worker?.pid ?? 0, 'SIGKILL');
  await running.logs(/could not reach \*\*\*/);
  assert.doesNotMatch(JSON.stringify(running.log), /xyzzy/);
});
