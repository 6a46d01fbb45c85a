import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import type { WatchdogReport } from '../../worker/index.ts';
import { readToEnd, readWatchdog } from './watchdog-pipe.ts';

function line(sequence: number, lastRequest: string = ''): string {
  return `${JSON.stringify({ kind: 'report', sequence, lastRequest })}\n`;
}

async function read(chunks: readonly Buffer[]): Promise<WatchdogReport[]> {
  const pipe = new PassThrough();
  const messages: WatchdogReport[] = [];
  readWatchdog(pipe, (message) => {
    if (message.kind === 'report') messages.push(message);
  });
  for (const chunk of chunks) pipe.write(chunk);
  pipe.end();
  await new Promise((resolve) => pipe.once('end', resolve));
  return messages;
}

test('lines come out whole however they are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat({ max: 400 }), { maxLength: 8 }),
      async (requests, cuts) => {
        const bytes = Buffer.from(requests.map((request, i) => line(i, request)).join(''));
        const at = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
        const messages = await read(at.slice(1).map((end, i) => bytes.subarray(at[i], end)));
        assert.deepEqual(
          messages.map(({ lastRequest }) => lastRequest),
          requests,
        );
      },
    ),
    { numRuns: 50 },
  );
});

test('what is not ours is passed over, and what follows is read', async () => {
  const noise = ['not json\n', 'null\n', '[]\n', '{"kind":"other"}\n', '{"kind":"report"}\n', '\n'];
  const messages = await read([...noise.map((text) => Buffer.from(text)), Buffer.from(line(7))]);
  assert.deepEqual(
    messages.map(({ sequence }) => sequence),
    [7],
  );
});

test('a line without an end is not kept', async () => {
  const endless = Array.from({ length: 40 }, () => Buffer.alloc(64 * 1024, 'x'));
  const messages = await read([...endless, Buffer.from(`\n${line(1)}`)]);
  assert.equal(messages.length, 1);
});

test('the end of what was said is waited for, but not for ever', async (t) => {
  const ended = new PassThrough();
  ended.destroy();
  await readToEnd(ended);

  t.mock.timers.enable({ apis: ['setTimeout'] });
  const heldOpen = readToEnd(new PassThrough());
  t.mock.timers.tick(200);
  await heldOpen;
});
