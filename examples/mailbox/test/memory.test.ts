import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startService } from '../demo/processes.ts';
import { createMailSource } from '../storm/mail-source.ts';
import { list, temporaryDirectory } from './support.ts';

const MAIL_BYTES = 28_000_000; // 20 MB of attachment in base64
const AT_ONCE = 4;
const MAY_GROW_BYTES = 64 * 1024 * 1024;

async function residentPeakBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1]) * 1024;
}

test(
  '20 MB attachments pass through without being held in memory',
  {
    skip: process.platform !== 'linux' && 'needs Linux',
  },
  async (t) => {
    const directory = await temporaryDirectory(t);
    const api = await startService(
      [process.execPath, fileURLToPath(new URL('../api/main.ts', import.meta.url))],
      { cwd: directory, env: { PORT: '0', DATA_DIR: directory }, ready: /listening on (http:\S+)/ },
    );
    t.after(() => api.stop());
    const source = createMailSource(1);
    const deliver = (name: string, sizeBytes: number): Promise<number> =>
      new Promise((resolve, reject) => {
        const upload = request(`${api.answer}/mailboxes/ada/messages`, {
          method: 'POST',
          headers: { 'content-type': 'message/rfc822', 'idempotency-key': name },
        });
        upload.once('error', reject);
        upload.once('response', (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        });
        pipeline(source.open({ messageId: `<${name}>`, user: 'ada', sizeBytes }), upload).catch(reject);
      });

    for (let i = 0; i < 20; i += 1) assert.equal(await deliver(`warm-up.${i}`, 500_000), 201);
    const beforeBytes = await residentPeakBytes(api.pid);
    const statuses = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, i) => deliver(`large.${i}`, MAIL_BYTES)),
    );
    assert.deepEqual(statuses, Array(AT_ONCE).fill(201));
    const grownBytes = (await residentPeakBytes(api.pid)) - beforeBytes;
    const { messages } = await list(api.answer, 'ada', `?limit=${AT_ONCE}`);
    assert.ok(messages.every(({ sizeBytes }) => sizeBytes === MAIL_BYTES));
    assert.ok(
      grownBytes < MAY_GROW_BYTES,
      `${AT_ONCE} mails of ${MAIL_BYTES} bytes at once made memory grow by ${grownBytes} bytes`,
    );
  },
);
