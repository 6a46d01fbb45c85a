import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { madeTag, variantOf, withoutVariants, withVariant } from './tag.ts';

test('a made tag tells times and versions apart, whatever they are, and is strong if there is a version', () => {
  const part = fc.option(fc.string(), { nil: undefined });
  fc.assert(
    fc.property(fc.nat(), part, fc.nat(), part, (time, version, otherTime, otherVersion) => {
      const tag = madeTag(time, version);
      assert.match(tag, version === undefined ? /^W\/"\w+"$/ : /^"[\w.-]+"$/);
      const isSame = time === otherTime && version === otherVersion;
      assert.equal(tag === madeTag(otherTime, otherVersion), isSame);
    }),
  );
});

test('a variant has a tag of its own, and taken away leaves that of the resource', () => {
  const variant = (language: string): string =>
    variantOf('Accept-Language', (name) => (name === 'accept-language' ? language : undefined));
  assert.equal(variant('de'), variant('de'));
  assert.notEqual(variant('de'), variant('en'));
  for (const tag of [madeTag(1, undefined), madeTag(1, 'v.1-2')]) {
    const varied = withVariant(tag, variant('de'));
    assert.notEqual(varied, tag);
    assert.equal(withoutVariants('if-match', `"x", ${varied}`), `"x", ${tag}`);
    assert.equal(withoutVariants('other', varied), varied);
  }
  assert.equal(withVariant('"a"', ''), '"a"');
});
