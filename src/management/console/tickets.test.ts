import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tickets } from './tickets.ts';

test('a ticket opens what it is for, once, and not for long', () => {
  const tickets = new Tickets();
  const first = tickets.issue('/incidents/a/report.html', 0);
  assert.ok(tickets.redeem(first, '/incidents/a/report.html', 30_000));
  assert.ok(!tickets.redeem(first, '/incidents/a/report.html', 30_000), 'once');
  const other = tickets.issue('/incidents/a/report.html', 0);
  assert.ok(!tickets.redeem(other, '/incidents/b/report.html', 0), 'for another report');
  assert.ok(!tickets.redeem(other, '/incidents/a/report.html', 0), 'it is used up all the same');
  assert.ok(!tickets.redeem(tickets.issue('/a', 0), '/a', 30_001), 'too late');
  assert.ok(!tickets.redeem('', '/a', 0));
});

test('the oldest of too many becomes invalid', () => {
  const tickets = new Tickets();
  const all = Array.from({ length: 33 }, () => tickets.issue('/a', 0));
  assert.deepEqual(
    all.map((ticket) => tickets.redeem(ticket, '/a', 0)),
    [false, ...Array.from({ length: 32 }, () => true)],
  );
});
