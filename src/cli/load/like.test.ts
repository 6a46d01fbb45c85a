import assert from 'node:assert/strict';
import { test } from 'node:test';
import { likeOf } from './like.ts';
import { parametersOf } from './parameters.ts';
import type { LoadFlags } from './request.ts';

const FILES: Readonly<Record<string, string>> = {
  'ids.txt': 'a\r\nb\n\n',
  'empty.txt': '\n',
  'a.shape':
    '{"format":"respite-shape","version":1,"recordedAt":"2026-11-30T12:00:00Z","durationMs":9,"requests":1,"dropped":0,"routes":["GET /"]}\n[1,0,0,null]\n',
  'bad.shape': '{}',
};

function read(file: string): Uint8Array {
  const text = FILES[file];
  if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  return Buffer.from(text);
}

test('values of parameters: a range, a list, a file', () => {
  assert.deepEqual(parametersOf(['id=1..1000', 'name=ann,bob', 'key=@ids.txt', '*=/a=b'], read), {
    id: { from: 1, to: 1000 },
    name: ['ann', 'bob'],
    key: ['a', 'b'],
    '*': ['/a=b'],
  });
});

test('a shape, with its speed', () => {
  const like = likeOf({ like: 'a.shape', speed: '2.5', param: ['id=1..2'] }, read);
  assert.deepEqual(
    [like?.shape.atMs.length, like?.speed, like?.parameters],
    [1, 2.5, { id: { from: 1, to: 2 } }],
  );
  assert.equal(likeOf({}, read), undefined);
});

const WRONG: readonly (readonly [flags: LoadFlags, message: RegExp])[] = [
  [{ speed: '2' }, /^--speed is for a recorded shape: name its file with --like$/],
  [{ param: ['id=1'] }, /^--param is for a recorded shape/],
  [{ like: 'a.shape', rate: '5' }, /^--rate is not for --like/],
  [{ like: 'a.shape', mix: ['/'] }, /^--mix is not for --like/],
  [{ like: 'a.shape', speed: '0' }, /^--speed takes a number above 0, at most 1000, got "0"$/],
  [{ like: 'none.shape' }, /^--like: cannot read none\.shape: ENOENT$/],
  [{ like: 'bad.shape' }, /^--like: bad\.shape:1: it is not a shape file/],
  [{ like: 'a.shape', param: ['id'] }, /^--param takes a name and values.*got "id"$/],
  [{ like: 'a.shape', param: ['id=9..1'] }, /^--param id: the range 9\.\.1 is empty$/],
  [{ like: 'a.shape', param: ['id=@none.txt'] }, /^--param id: cannot read none\.txt: ENOENT$/],
  [{ like: 'a.shape', param: ['id=@empty.txt'] }, /^--param id: there is no value in @empty\.txt$/],
];

for (const [flags, message] of WRONG) {
  test(`bad usage: ${JSON.stringify(flags)}`, () => {
    assert.throws(() => likeOf(flags, read), { code: 'RESPITE_CLI_USAGE', message });
  });
}
