import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const repository = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(repository, file), 'utf8');
const guide = read('docs/guide/load-balancers.md');

/** Without the indentation that all lines have. */
function dedented(text: string): string {
  const lines = text.split('\n');
  const indents = lines.filter((line) => line !== '').map((line) => line.length - line.trimStart().length);
  return lines.map((line) => line.slice(Math.min(...indents))).join('\n');
}

for (const [language, file] of [
  ['haproxy', 'deploy/haproxy/haproxy.cfg'],
  ['nginx', 'deploy/nginx/nginx.conf'],
] as const) {
  test(`the guide shows ${file} as it is`, () => {
    const snippets = [...guide.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))];
    assert.equal(snippets.length, 1);
    assert.ok(guide.includes(`](../../${file})`));
    const snippet = (snippets[0]?.[1] ?? '').trimEnd().split('\n');
    const lines = read(file).split('\n');
    const start = lines.findIndex((line) => line.trim() === snippet[0]?.trim());
    assert.equal(snippet.join('\n'), dedented(lines.slice(start, start + snippet.length).join('\n')));
  });
}

test("the wait in the guide is derived from HAProxy's own figures", () => {
  const [, inter, fall] = /inter (\d+)s fall (\d+)/.exec(read('deploy/haproxy/haproxy.cfg')) ?? [];
  assert.ok(guide.includes(`{ checkIntervalMs: ${inter}000, checkFailures: ${fall} }`));
});
