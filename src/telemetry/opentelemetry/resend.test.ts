import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resendAttributes } from './resend.ts';

const SECOND = [
  ['accept', '*/*', 'Respite-Attempt', '2'],
  'accept: */*\r\nrespite-attempt: 2\r\n',
  { 'respite-attempt': '2' },
];

for (const headers of SECOND) {
  test(`a second attempt has been resent once: ${JSON.stringify(headers)}`, () => {
    assert.deepEqual(resendAttributes({ headers }), { 'http.request.resend_count': 1 });
  });
}

test('a first attempt has no attribute', () => {
  for (const headers of [undefined, [], '', {}, ['x', 'respite-attempt'], { 'respite-attempt': 'x' }]) {
    assert.deepEqual(resendAttributes({ headers }), {});
  }
});
