import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { readToEnd, readWatchdog } from './watchdog-pipe.ts';
import { histories } from '../../../../test/harness/histories.ts';

function line(text: string): string {
  return `${JSON.stringify({ kind: 'output', text })}\n`;
}

/** The texts of what was read. */
async function read(chunks: readonly Buffer[]): Promise<string[]> {
  const pipe = new PassThrough();
  const texts: string[] = [];
  readWatchdog(pipe, (message) => {
    if (message.kind === 'output') texts.push(message.text);
  });
  for (const chunk of chunks) pipe.write(chunk);
  pipe.end();
  await new Promise((resolve) => pipe.once('end', resolve));
  return texts;
}

test('lines come out whole however they are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat({ max: 400 }), { maxLength: 8 }),
      async (sent, cuts) => {
        const bytes = Buffer.from(sent.map(line).join(''));
        const at = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
        const texts = await read(at.slice(1).map((end, i) => bytes.subarray(at[i], end)));
        assert.deepEqual(texts, sent);
      },
    ),
    { numRuns: histories(50) },
  );
});

test('what is not ours is passed over, and what follows is read', async () => {
  const noise = [
    '{"kind":"report","sequence":1}\n',
    'not json\n',
    'null\n',
    '[]\n',
    '{"kind":"other"}\n',
    '{"kind":"report"}\n',
    '\n',
  ];
  assert.deepEqual(await read([...noise.map((text) => Buffer.from(text)), Buffer.from(line('ours'))]), [
    'ours',
  ]);
});

test('a line without an end is not kept', async () => {
  const endless = Array.from({ length: 40 }, () => Buffer.alloc(64 * 1024, 'x'));
  assert.deepEqual(await read([...endless, Buffer.from(`\n${line('ours')}`)]), ['ours']);
});

test('the end of what was said is waited for, but not forever', async (t) => {
  const ended = new PassThrough();
  ended.destroy();
  await readToEnd(ended);

  t.mock.timers.enable({ apis: ['setTimeout'] });
  const heldOpen = readToEnd(new PassThrough());
  t.mock.timers.tick(200);
  await heldOpen;
});
