import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { renderReport, type ReportData } from './page.ts';

/** With one and the same text in every place where there can be any. */
function reportOf(text: string): ReportData {
  const frame = { functionName: text, url: text, line: 2, column: 1 };
  return {
    incident: {
      schema: 1,
      id: '2026-a',
      cause: 'event-loop-blocked',
      summary: text,
      worker: { id: 1, slot: 1, pid: 2 },
      openedAtMs: 1_763_816_400_000,
      endedAtMs: 1_763_816_405_000,
      steps: [{ atMs: 1_763_816_400_000, what: text }],
      facts: [text],
      report: undefined,
      stack: [frame],
      evidence: [{ file: text, what: text, bytes: 1 }],
      missing: [text],
    },
    frames: [{ ...frame, lines: [1, 2, 3].map((number) => ({ number, text })) }],
    curves: { worker: undefined, machine: undefined },
    requests: [{ route: text, count: 1, oldestMs: 1 }],
    sockets: [{ direction: 'out', peer: text, state: text, count: 1 }],
    machine: [{ name: text, value: text }],
    probes: [{ name: text, status: text, tookMs: 3, detail: text }],
    log: [
      { text, mark: undefined },
      { text, mark: 'connection' },
    ],
  };
}

/** The page without what was put in: every tag with its attributes' names. */
function skeleton(page: string): string[] {
  return [...page.replace(/<style>[^]*?<\/style>/, '').matchAll(/<[^>]*>/g)].map(([tag]) =>
    tag.replaceAll(/"[^"]*"/g, '""'),
  );
}

test('nothing that comes from outside is more than text', () => {
  const expected = skeleton(renderReport(reportOf('harmless')));
  const hostile = [
    '</title><script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onload='x",
    '<!--',
    '&lt;',
  ];
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostile)), (text) => {
      assert.deepEqual(skeleton(renderReport(reportOf(text))), expected);
    }),
  );
});

test('the cause comes first, and what is not known is not spoken of', () => {
  const page = renderReport({
    ...reportOf('The reason'),
    probes: [],
    sockets: [],
    frames: [],
    requests: undefined,
  });
  assert.ok(page.indexOf('<h1>The reason</h1>') < page.indexOf('<h2'));
  for (const title of [
    'Dependencies',
    'Sockets by peer',
    'Where it stood',
    'Requests in flight',
    'The last ten minutes',
  ]) {
    assert.ok(!page.includes(title), title);
  }
  const { incident } = reportOf('x');
  const open = renderReport({
    ...reportOf('x'),
    incident: { ...incident, endedAtMs: undefined },
    requests: [],
  });
  assert.match(open, /not over yet/);
  assert.match(open, /None was waiting for an answer/);
});
