import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Releases } from './releases.ts';
import { release } from './support.test.ts';

const OLD = release('1');
const NEW = release('2');

test('only what a rolling restart starts is of the next release, until its slot has been renewed', () => {
  const releases = new Releases(OLD);
  assert.equal(releases.of(1, true), OLD);
  assert.equal(releases.begin(NEW), true);
  assert.deepEqual([releases.of(1, true), releases.of(1, false)], [NEW, OLD]);
  releases.renewed(1);
  assert.deepEqual([releases.of(1, false), releases.of(2, false), releases.of(2, true)], [NEW, OLD, NEW]);
  assert.equal(releases.current, OLD);
  releases.renewed(2);
  releases.done();
  assert.deepEqual([releases.current, releases.of(1, false), releases.of(3, false)], [NEW, NEW, NEW]);
  assert.deepEqual(releases.moved, [1, 2]);
});

test('taken back, the slots that were renewed get the old release again', () => {
  const releases = new Releases(OLD);
  releases.begin(NEW);
  releases.renewed(1);
  assert.equal(releases.of(1, true), OLD, 'what takes its place now');
  releases.renewed(1);
  assert.equal(releases.of(1, false), OLD);
  releases.takenBack();
  assert.deepEqual([releases.current, releases.of(1, true), releases.moved], [OLD, OLD, []]);
});

test('the same files and settings are no other release', () => {
  const releases = new Releases(OLD);
  assert.equal(releases.begin({ ...OLD, script: '/1/a.js' }), false);
  releases.done();
  assert.equal(releases.current.script, '/1/a.js');
  assert.equal(releases.begin({ ...OLD, directory: '/' }), true);
  releases.takenBack();
  assert.equal(releases.begin(release('1')), false);
  assert.equal(releases.begin(release('1', { env: { A: '1' } })), true);
});
