import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chooseFormat } from './negotiate.ts';

for (const [accept, format] of [
  [undefined, 'prometheus'],
  ['', 'prometheus'],
  ['*/*', 'prometheus'],
  ['text/html,*/*;q=0.8', 'prometheus'],
  ['text/plain', 'prometheus'],
  ['application/openmetrics-text', 'openmetrics'],
  ['Application/OpenMetrics-Text; Version="1.0.0"; charset=utf-8', 'openmetrics'],
  ['application/openmetrics-text;version=2.0.0', 'prometheus'],
  ['application/openmetrics-text;q=0', 'prometheus'],
  ['application/openmetrics-text;q=0.4,text/plain;q=0.5', 'prometheus'],
  ['application/openmetrics-text;q=0.5,text/plain;q=0.5', 'openmetrics'],
  ['application/openmetrics-text;q=0.5,*/*;q=0.9', 'prometheus'],
  ['application/openmetrics-text;q=hello', 'prometheus'],
  // As Prometheus 2.53 asks.
  [
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    'openmetrics',
  ],
] as const) {
  test(`${accept} gets ${format}`, () => assert.equal(chooseFormat(accept), format));
}

test('whatever is asked for, there is an answer', () => {
  fc.assert(
    fc.property(fc.string(), (accept) => ['prometheus', 'openmetrics'].includes(chooseFormat(accept))),
  );
});
