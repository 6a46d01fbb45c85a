import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scrub } from './scrub.ts';

for (const [message, expected] of [
  ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED 127.0.0.1:5432'],
  ['GET /users?token=abc&id=7 failed: why?', 'GET /users?… failed: why?'],
  ['cannot reach postgres://app:hunter2@db/orders?sslmode=off', 'cannot reach postgres://…@db/orders?…'],
  ['401 for Bearer eyJhbGciOi.J9-_', '401 for Bearer …'],
  ['line one\n   line two', 'line one line two'],
] as const) {
  test(`scrub: ${message}`, () => assert.equal(scrub(message), expected));
}
