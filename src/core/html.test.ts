import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { html } from './html.ts';
import { histories } from '../../test/harness/histories.ts';

test('pieces are put in as they are, everything else as text', () => {
  const list = ['<a>', html`<b>${'&'}</b>`, 7, undefined];
  assert.equal(
    html`<p title="${'"\''}">${list}</p>`.text,
    '<p title="&quot;&#39;">&lt;a&gt;<b>&amp;</b>7</p>',
  );
  assert.equal(html`${'\u001B[31mred\u001B[0m\u0000\n'}`.text, 'red\uFFFD\n');
});

test('nothing that is put in can end what it stands in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const inside = html`${text}`.text;
      assert.doesNotMatch(inside, /[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
      assert.ok(inside.isWellFormed());
    }),
    { numRuns: histories(1000) },
  );
});
